"""Find the sufficient input subsets of the chosen windows of one task."""

import pandas as pd

from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import rows_of
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.sis.files import write_bed, write_subsets
from chromolens.sis.find import find_subsets
from chromolens.sis.thresholds import by_fold

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

task, params = snakemake.wildcards.task, snakemake.params
inputs = open_inputs(snakemake.input.windows, snakemake.input.genome or None)
chosen = pd.read_table(snakemake.input.picked, keep_default_na=False)
limits = by_fold(pd.read_table(snakemake.input.thresholds), task, params.threshold)
models = {fold: first for fold, (first, *_) in load_folds(snakemake.input.models).items()}
rows = rows_of(chosen, inputs.windows, "sis", [task], len(chosen))[task]
table, counts = find_subsets(
    models, inputs, rows, Folds(params.folds), task=task, thresholds=limits, **params.settings
)
write_subsets(table, snakemake.output.subsets)
write_bed(table, snakemake.output.bed)
counts.to_csv(snakemake.output.counts, sep="\t", index=False)
