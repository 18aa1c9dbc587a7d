"""What each marker says of a trait by itself, and all of them in a straight line."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.markers.trait import scan_trait
from chromolens.runlog import log_to
from chromolens.tables.markers import MARKER_RIDGE, MARKER_SCAN, SCANNED

log_to(snakemake.log[0])

files, params, output = snakemake.input, snakemake.params, snakemake.output
found = scan_trait(
    open_inputs(files.windows, files.source),
    snakemake.wildcards.task,
    Folds(params.folds),
    permutations=params.permutations,
    seed=params.seed,
)
tables.write(MARKER_SCAN, found.scan, output.scan)
tables.write(MARKER_RIDGE, found.ridge, output.ridge)
tables.write(SCANNED, found.summary, output.summary)
