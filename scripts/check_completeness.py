"""Check that contributions add up, window by window."""

from chromolens import tables
from chromolens.checks.completeness import check
from chromolens.runlog import log_to
from chromolens.tables.checks import COMPLETENESS

log_to(snakemake.log[0])

params = snakemake.params
table = check(
    snakemake.input.shards, max_flagged=params.max_flagged, tolerance=params.tolerance[0]
)
tables.write(COMPLETENESS, table, snakemake.output.table)
