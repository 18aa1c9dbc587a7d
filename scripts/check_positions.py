"""Where in its input one model looks: trained, untrained, and with its windows moved."""

from chromolens.checks.audit import audit_folds
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params, output = snakemake.params, snakemake.output
found = audit_folds(
    {fold: first for fold, (first, *_) in load_folds(snakemake.input.models).items()},
    open_inputs(snakemake.input.windows, snakemake.input.source or None),
    folds=Folds(params.folds),
    explains=params.explains,
    target=params.target,
    draws=params.draws,
    seed=params.seed,
)
found.write(output.numbers, output.profile, snakemake.wildcards.model)
