"""Names of motifs, from a database."""
