"""Check that contributions add up, window by window."""

from chromolens.checks.completeness import check
from chromolens.runlog import log_to

log_to(snakemake.log[0])

table = check(snakemake.input.shards, max_flagged=snakemake.params.max_flagged)
table.to_csv(snakemake.output.table, sep="\t", index=False)
