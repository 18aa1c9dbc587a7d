"""Explain the chosen windows in full, with hypothetical contributions, out of fold."""

from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.provenance import made_by
from chromolens.runlog import log_to
from chromolens.scores import Origin
from chromolens.tracks.jobs import explain_chosen, split_settings, with_chosen
from chromolens.tracks.method import Method

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

names, params = snakemake.wildcards, snakemake.params
settings = with_chosen(params.settings, snakemake.input.chosen)
made = made_by([params.code, params.plugin], snakemake.input.content)
shared = split_settings(params.shared)[0] | {"batch_size": snakemake.resources.batch_size}
explain_chosen(
    load_folds(snakemake.input.models),
    open_inputs(snakemake.input.windows, snakemake.input.source or None),
    snakemake.input.picked,
    snakemake.output.scores,
    method=Method(names.method, list(params.explains), settings, **shared),
    origin=Origin(names.study, names.model, "windows", "", made, devices.describe()),
    folds=Folds(params.folds),
    labels=params.explains,
    most=params.windows,
)
