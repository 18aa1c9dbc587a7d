"""Train one model on shares of its events, and measure each on the folds held out."""

from chromolens import tables
from chromolens.checks.learning import learning_curve
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import read_windows
from chromolens.models import devices
from chromolens.runlog import log_to
from chromolens.tables.checks import LEARNING
from chromolens.tables.models import POOLED

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params = snakemake.params
found = learning_curve(
    read_windows(snakemake.input.windows),
    snakemake.input.source or None,
    Folds(params.folds),
    tables.read(POOLED, snakemake.input.pooled),
    shares=params.shares,
    model=params.model,
    name=snakemake.wildcards.model,
    seed=params.seed,
)
tables.write(LEARNING, found, snakemake.output.table)
