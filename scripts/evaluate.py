"""Measure one model on the folds held out of its trainings."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.judging.evaluate import evaluate_folds
from chromolens.runlog import log_to
from chromolens.tables.models import METRICS, POOLED, PREDICTIONS

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

files, params = snakemake.input, snakemake.params
inputs = open_inputs(files.windows, files.source or None, params.signals, params.chromosome_names)
found = evaluate_folds(
    inputs,
    files.models,
    Folds(params.folds),
    tasks=params.model["tasks"],
    objective=params.model["objective"],
    name=snakemake.wildcards.model,
    seed=params.seed,
)
tables.write(METRICS, found.metrics, snakemake.output.metrics)
tables.write(POOLED, found.pooled, snakemake.output.pooled)
tables.write(PREDICTIONS, found.predictions, snakemake.output.predictions)
