"""Hold the fully masked input of one model against shuffled windows."""

import pandas as pd

from chromolens.checks.mask import check_tasks
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params = snakemake.params
table = check_tasks(
    {fold: first for fold, (first, *_) in load_folds(snakemake.input.models).items()},
    open_inputs(snakemake.input.windows, snakemake.input.genome or None),
    pd.read_table(snakemake.input.picked, keep_default_na=False),
    pd.read_table(snakemake.input.thresholds),
    folds=Folds(params.folds),
    threshold=params.threshold,
    target=params.target,
    mask=params.mask,
    seed=params.seed,
)
table.insert(0, "model", snakemake.wildcards.model)
table.to_csv(snakemake.output.table, sep="\t", index=False, float_format="%.6g")
