"""Sufficient input subsets (Carter et al., 2019) and their clusters."""
