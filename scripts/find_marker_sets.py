"""Find the smallest sets of markers that alone keep what one model predicts of a trait."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.markers.sets import find_sets
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.tables.markers import MARKER_SETS, SET_MARKERS, SET_MEMBERS

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

files, params, output = snakemake.input, snakemake.params, snakemake.output
found = find_sets(
    {fold: first for fold, (first, *_) in load_folds(files.models).items()},
    open_inputs(files.windows, files.source),
    Folds(params.folds),
    task=snakemake.wildcards.task,
    samples=params.samples,
    threshold=params.threshold,
    **params.settings,
)
tables.write(MARKER_SETS, found.sets, output.sets)
tables.write(SET_MEMBERS, found.members, output.members)
tables.write(SET_MARKERS, found.markers, output.kept)
