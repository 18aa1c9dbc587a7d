"""Motifs of subsets: clusters and alignments."""
