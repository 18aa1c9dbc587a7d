"""The search for sufficient input subsets."""
