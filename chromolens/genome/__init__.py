"""Intervals, sequences, one-hot encoding, shuffles: what is true of any genome."""
