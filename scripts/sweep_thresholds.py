"""Find the first subsets of some windows at many thresholds, for one task."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import rows_of
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.sis.sweep import settings_of, sweep
from chromolens.tables.inputs import CHOSEN
from chromolens.tables.models import PREDICTIONS
from chromolens.tables.sis import SWEEP, THRESHOLDS

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

task, params = snakemake.wildcards.task, snakemake.params
inputs = open_inputs(snakemake.input.windows, snakemake.input.source or None)
chosen = tables.read(CHOSEN, snakemake.input.picked)
predictions = tables.read(PREDICTIONS, snakemake.input.predictions)
limits = tables.read(THRESHOLDS, snakemake.input.thresholds)
points = settings_of(predictions, limits, task, params.explains[task], params.threshold)
models = {fold: first for fold, (first, *_) in load_folds(snakemake.input.models).items()}
rows = rows_of(chosen, inputs.windows, "explain", [task], params.windows)[task]
search = params.settings | {"task": task}
table = sweep(models, inputs, rows, Folds(params.folds), points, **search)
tables.write(SWEEP, table, snakemake.output.table)
