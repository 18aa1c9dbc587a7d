"""Matplotlib figures for notebooks and papers, in the colours and letters of the report."""
