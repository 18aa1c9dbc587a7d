"""Measure how fast one model is trained here; write a network that is hardly trained."""

from functools import partial

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import read_windows
from chromolens.models import devices
from chromolens.models.training.speed import measure_training
from chromolens.runlog import log_to
from chromolens.tables.study import TRAINING_SPEED

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)
params, model = snakemake.params, snakemake.params.model
read = {"source": snakemake.input.source or None, "signals": params.signals}
found = measure_training(
    read_windows(snakemake.input.windows),
    partial(open_inputs, **read, chromosome_names=params.chromosome_names),
    Folds(params.folds),
    snakemake.output.network,
    name=snakemake.wildcards.model,
    architecture_settings=model["settings"],
    **{key: model[key] for key in ("architecture", "tasks", "layout", "background", "training")},
    objective=model["objective"],
    given=list(snakemake.input.given),
    seed=params.seed,
)
tables.write(TRAINING_SPEED, found, snakemake.output.speed)
