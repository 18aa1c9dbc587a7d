"""Measure one model on the folds held out of its trainings."""

from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.judging.held_out import evaluate_folds
from chromolens.runlog import log_to

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

model = snakemake.params.model
inputs = open_inputs(
    snakemake.input.windows,
    snakemake.input.genome or None,
    snakemake.params.signals,
    snakemake.params.chromosome_names,
)
tables = evaluate_folds(
    inputs,
    snakemake.input.models,
    Folds(snakemake.params.folds),
    tasks=model["tasks"],
    objective=model["objective"],
    name=snakemake.wildcards.model,
    seed=snakemake.params.seed,
)
for name, table in tables._asdict().items():
    table.to_csv(snakemake.output[name], sep="\t", index=False)
