"""Find out on a few windows how many steps a method needs."""

from chromolens import tables
from chromolens.checks.pilot import choose
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.tables.checks import TRIED
from chromolens.tracks.jobs import split_settings, with_drawn
from chromolens.tracks.method import Method

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params = snakemake.params
inputs = open_inputs(snakemake.input.windows, snakemake.input.source or None)
shared = split_settings(params.shared)[0] | {"batch_size": snakemake.resources.batch_size}
method = Method(snakemake.wildcards.method, list(params.explains), params.settings, **shared)
table = choose(
    load_folds(snakemake.input.models),
    inputs,
    method=with_drawn(method, inputs, Folds(params.folds)),
    tries=params.tries[0],
    max_flagged=params.max_flagged,
    tolerance=params.tolerance[0],
)
tables.write(TRIED, table, snakemake.output.tried)
