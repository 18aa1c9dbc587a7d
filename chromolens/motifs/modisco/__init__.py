"""TF-MoDISco: its input, its patterns, and those merged that are one motif."""
