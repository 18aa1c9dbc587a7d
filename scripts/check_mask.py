"""Hold the fully masked input of one model against shuffled windows."""

from chromolens import tables
from chromolens.checks.mask import check_tasks
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.tables.checks import MASK
from chromolens.tables.inputs import CHOSEN
from chromolens.tables.sis import THRESHOLDS

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params = snakemake.params
table = check_tasks(
    {fold: first for fold, (first, *_) in load_folds(snakemake.input.models).items()},
    open_inputs(snakemake.input.windows, snakemake.input.source or None),
    tables.read(CHOSEN, snakemake.input.picked),
    tables.read(THRESHOLDS, snakemake.input.thresholds),
    folds=Folds(params.folds),
    threshold=params.threshold,
    target=params.target,
    mask=params.mask,
    seed=params.seed,
)
tables.write(MASK, table, snakemake.output.table, model=snakemake.wildcards.model)
