"""Say how alike the networks of all folds explain."""

from chromolens import tables
from chromolens.checks.folds import check
from chromolens.runlog import log_to
from chromolens.tables.checks import FOLDS_ALIKE

log_to(snakemake.log[0])

tables.write(FOLDS_ALIKE, check(snakemake.input.shards), snakemake.output.table)
