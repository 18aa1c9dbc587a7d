"""TF-MoDISco patterns and what database motifs they match."""
