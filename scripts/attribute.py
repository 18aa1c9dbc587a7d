"""Explain one shard with one method, all tasks at once."""

from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.provenance import made_by
from chromolens.runlog import log_to
from chromolens.scores import Origin
from chromolens.tracks.jobs import explain, split_settings, with_chosen
from chromolens.tracks.method import Method

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)
names, params, inputs = snakemake.wildcards, snakemake.params, snakemake.input
models, fold = load_folds(inputs.models), params.fold[0]
made = made_by([params.code, params.plugin], [*inputs.content, *inputs.regions])
shared, tiling = split_settings(params.shared | {"batch_size": snakemake.resources.batch_size})
settings = with_chosen(params.settings, inputs.chosen)
explain(
    models,
    snakemake.output.scores,
    method=Method(names.method, models[fold][0].tasks, settings, **shared),
    tiling=tiling,
    origin=Origin(names.study, names.model, names.shard, fold, made, devices.describe()),
    source=inputs.source or None,
    regions=params.regions[0].split("+"),
    series=inputs.regions,
    windows=inputs.windows,
    folds=Folds.read(inputs.folds),
)
