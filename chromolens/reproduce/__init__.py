"""Results made again: one base, or a whole study, held against what there was."""
