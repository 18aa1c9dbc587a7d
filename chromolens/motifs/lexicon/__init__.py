"""One list of a study's motifs over all readings, tasks and folds."""
