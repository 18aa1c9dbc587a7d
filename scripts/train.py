"""Train one model on one fold."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.models import devices
from chromolens.models.training.train import train
from chromolens.runlog import log_to
from chromolens.tables.models import HISTORY

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)
params, source = snakemake.params, snakemake.input.source or None
model, groups, names = params.model, params.groups, params.chromosome_names
history = train(
    open_inputs(snakemake.input.windows, source, params.signals, names),
    architecture_settings=model["settings"],
    **{key: model[key] for key in ("architecture", "objective", "tasks", "layout", "untrained")},
    background=model["background"],
    training_groups=groups["training"],
    validation_groups=groups["validation"],
    path=snakemake.output.model,
    workdir=snakemake.output.model + ".unfinished",
    given=list(snakemake.input.given),
    answers=list(snakemake.input.answers),
    notes=dict(snakemake.wildcards.items()),
    seed=params.seed + 1000 * int(snakemake.wildcards.replicate),
    **model["training"],
)
tables.write(HISTORY, history, snakemake.output.history)
