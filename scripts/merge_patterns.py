"""Merge the patterns of one task that are one motif, and turn each motif as its match reads."""

from chromolens.motifs.modisco.merged_file import write_merged
from chromolens.motifs.names.database import load_database
from chromolens.runlog import log_to

log_to(snakemake.log[0])

database = load_database(snakemake.params.database)
write_merged(
    snakemake.input.patterns, snakemake.output.merged, database, **snakemake.params.naming
)
