"""Train one model on one fold."""

from chromolens.inputs.batches import open_inputs
from chromolens.models import devices
from chromolens.models.training.train import train
from chromolens.runlog import log_to

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)
params = snakemake.params
model, groups, names = params.model, params.groups, params.chromosome_names
fasta = snakemake.input.genome or None
history = train(
    open_inputs(snakemake.input.windows, fasta, params.signals, names),
    architecture=model["architecture"],
    architecture_settings=model["settings"],
    objective=model["objective"],
    tasks=model["tasks"],
    training_groups=groups["training"],
    validation_groups=groups["validation"],
    target=snakemake.output.model,
    workdir=snakemake.output.model + ".unfinished",
    given=next(iter(snakemake.input.given), None),
    layout=model["layout"],
    untrained=model["untrained"],
    notes=dict(snakemake.wildcards.items()),
    seed=params.seed + 1000 * int(snakemake.wildcards.replicate),
    **params.training,
)
history.to_csv(snakemake.output.history, sep="\t", index=False)
