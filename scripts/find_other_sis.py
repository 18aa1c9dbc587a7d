"""Find sufficient subsets of misclassified windows, and from below, of one task."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.sis.others import find_others
from chromolens.tables.models import PREDICTIONS
from chromolens.tables.sis import OTHER_COUNTS, OTHERS

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params = snakemake.params
table, counts = find_others(
    {fold: first for fold, (first, *_) in load_folds(snakemake.input.models).items()},
    open_inputs(snakemake.input.windows, snakemake.input.source or None),
    tables.read(PREDICTIONS, snakemake.input.predictions),
    Folds(params.folds),
    task=snakemake.wildcards.task,
    most=params.most,
    threshold=params.threshold,
    seed=params.seed,
    **params.settings,
)
tables.write(OTHERS, table, snakemake.output.subsets)
tables.write(OTHER_COUNTS, counts, snakemake.output.counts)
