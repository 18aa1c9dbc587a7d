"""How much worse one model predicts held-out samples once it can't see a chromosome."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.markers.occlusion import occlude_chromosomes
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.tables.markers import OCCLUDED

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

files, params = snakemake.input, snakemake.params
found = occlude_chromosomes(
    load_folds(files.models),
    open_inputs(files.windows, files.source),
    Folds(params.folds),
    tasks=params.tasks,
    objective=params.objective,
    seed=params.seed,
)
tables.write(OCCLUDED, found, snakemake.output.table)
