"""Find the first subsets of some windows at many thresholds, for one task."""

import pandas as pd

from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import rows_of
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.sis.sweep import settings_of, sweep

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

task, params = snakemake.wildcards.task, snakemake.params
inputs = open_inputs(snakemake.input.windows, snakemake.input.genome or None)
chosen = pd.read_table(snakemake.input.picked, keep_default_na=False)
points = settings_of(
    pd.read_table(snakemake.input.predictions),
    pd.read_table(snakemake.input.thresholds),
    task,
    params.explains[task],
    params.threshold,
)
models = {fold: first for fold, (first, *_) in load_folds(snakemake.input.models).items()}
rows = rows_of(chosen, inputs.windows, "explain", [task], params.windows)[task]
search = params.settings | {"task": task}
table = sweep(models, inputs, rows, Folds(params.folds), points, **search)
table.to_csv(snakemake.output.table, sep="\t", index=False, float_format="%.6g")
