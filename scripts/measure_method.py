"""Measure how fast one method explains one model here."""

from chromolens import tables
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.runlog import log_to
from chromolens.tables.study import SPEED
from chromolens.tracks.jobs import split_settings
from chromolens.tracks.method import Method
from chromolens.tracks.speed import measure

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)
names, params, resources = snakemake.wildcards, snakemake.params, snakemake.resources
shared, tiling = split_settings(params.shared | {"batch_size": resources.batch_size})
found = measure(
    snakemake.input.network,
    snakemake.input.source or None,
    snakemake.input.windows,
    Folds(params.folds),
    name=names.model,
    method=Method(names.method, list(params.explains), params.settings, **shared),
    tiling=tiling,
    tries=params.tries[0],
    asked=params.asked,
    few=resources.few,
)
tables.write(SPEED, found, snakemake.output.speed)
