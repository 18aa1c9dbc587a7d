"""Compare the methods of a study on the same windows."""

from chromolens import tables
from chromolens.checks.methods import compare
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.tables.checks import METHODS

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

table = compare(
    dict(zip(snakemake.params.methods, snakemake.input.explained, strict=True)),
    dict(zip(snakemake.params.methods, snakemake.input.times, strict=True)),
    load_folds(snakemake.input.models),
    target=snakemake.params.target,
    seed=snakemake.params.seed,
)
tables.write(METHODS, table, snakemake.output.table, model=snakemake.wildcards.model)
