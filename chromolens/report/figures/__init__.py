"""The figures of the report: SVG drawn here, and pictures by matplotlib and logomaker."""
