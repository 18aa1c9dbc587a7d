"""Figures and the page that a scientist shows."""
