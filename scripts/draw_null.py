"""Make networks that one is held against, and sum their contributions to each marker up."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.markers.draws import null_masses
from chromolens.models import devices
from chromolens.runlog import log_to
from chromolens.tables.markers import NULL_MASSES
from chromolens.tracks.jobs import split_settings, with_chosen
from chromolens.tracks.method import Method

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

names, files, params = snakemake.wildcards, snakemake.input, snakemake.params
shared = split_settings(params.shared)[0] | {"batch_size": snakemake.resources.batch_size}
settings = with_chosen(params.settings, files.chosen)
found = null_masses(
    open_inputs(files.windows, files.source),
    names.null,
    model=params.model,
    given=list(files.given),
    method=Method(names.method, list(params.model["explains"]), settings, **shared),
    folds=Folds(params.folds),
    seed=params.seed,
    workdir=snakemake.output.masses + ".unfinished",
)
tables.write(NULL_MASSES, found, snakemake.output.masses)
