"""Find the sufficient input subsets of the chosen windows of one task."""

import pandas as pd

from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import table_of
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.motifs.choose import rows_of
from chromolens.runlog import log_to
from chromolens.sis.files import write_bed, write_subsets
from chromolens.sis.find import find_subsets

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

task, params = snakemake.wildcards.task, snakemake.params
inputs = open_inputs(snakemake.input.windows, snakemake.input.genome or None)
chosen = pd.read_table(snakemake.input.picked, keep_default_na=False)
limits = pd.read_table(snakemake.input.thresholds).query("task == @task")
table = find_subsets(
    {fold: models[0] for fold, models in load_folds(snakemake.input.models).items()},
    inputs,
    rows_of(chosen, inputs.windows, "sis", [task], len(chosen))[task],
    table_of(params.folds),
    task=task,
    thresholds=dict(zip(limits["fold"], limits["threshold"], strict=True)),
    target=params.target,
    mask=params.mask,
    max_subsets=params.max_subsets,
)
write_subsets(table, snakemake.output.subsets)
write_bed(table, snakemake.output.bed)
