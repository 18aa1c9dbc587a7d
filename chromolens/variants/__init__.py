"""What a model makes of other alleles: read, brought into one form, scored, held against nulls."""
