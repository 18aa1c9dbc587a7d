"""Where the motifs of the lexicon lie in the genome."""
