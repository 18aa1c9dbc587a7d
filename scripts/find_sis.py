"""Find the sufficient input subsets of the chosen windows of one task."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import rows_of
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.sis.files import write_bed
from chromolens.sis.find import find_subsets
from chromolens.sis.thresholds import by_fold
from chromolens.tables.inputs import CHOSEN
from chromolens.tables.sis import COUNTS, SUBSETS, THRESHOLDS

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

task, params = snakemake.wildcards.task, snakemake.params
inputs = open_inputs(snakemake.input.windows, snakemake.input.source or None)
chosen = tables.read(CHOSEN, snakemake.input.picked)
limits = by_fold(tables.read(THRESHOLDS, snakemake.input.thresholds), task, params.threshold)
models = {fold: first for fold, (first, *_) in load_folds(snakemake.input.models).items()}
rows = rows_of(chosen, inputs.windows, "sis", [task], len(chosen))[task]
table, counts = find_subsets(
    models, inputs, rows, Folds(params.folds), task=task, thresholds=limits, **params.settings
)
tables.write(SUBSETS, table, snakemake.output.subsets)
write_bed(table, snakemake.output.bed)
tables.write(COUNTS, counts, snakemake.output.counts)
