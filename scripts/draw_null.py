"""Make networks that one is held against, and sum their contributions to each marker up."""

from functools import partial

from chromolens import tables
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import read_windows
from chromolens.markers.draws import null_masses
from chromolens.models import devices
from chromolens.models.training.train import train
from chromolens.runlog import log_to
from chromolens.tables.markers import NULL_MASSES
from chromolens.tracks.jobs import split_settings, with_chosen
from chromolens.tracks.method import Method

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

names, files, params = snakemake.wildcards, snakemake.input, snakemake.params
model = params.model
make = partial(
    train,
    architecture_settings=model["settings"],
    **{key: model[key] for key in ("architecture", "objective", "tasks", "layout")},
    given=next(iter(files.given), None),
    **params.training,
)
shared = split_settings(params.shared)[0] | {"batch_size": snakemake.resources.batch_size}
settings = with_chosen(params.settings, files.chosen)
found = null_masses(
    make,
    read_windows(files.windows),
    files.source,
    names.null,
    draws=model["nulls"],
    method=Method(names.method, list(model["explains"]), settings, **shared),
    folds=Folds(params.folds),
    together=model["objective"] == "classes",
    seed=params.seed,
    workdir=snakemake.output.masses + ".unfinished",
)
tables.write(NULL_MASSES, found, snakemake.output.masses)
