"""Edit chosen windows base by base, out of fold, as the config says."""

from chromolens import tables
from chromolens.attribution.edited_windows import edit_windows
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.tables.edits import EDIT_SCORES, EDITS
from chromolens.tables.inputs import CHOSEN

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

names, params = snakemake.wildcards, snakemake.params
models = {fold: first for fold, (first, *_) in load_folds(snakemake.input.models).items()}
edits, scores = edit_windows(
    models,
    open_inputs(snakemake.input.windows, snakemake.input.source or None),
    tables.read(CHOSEN, snakemake.input.picked),
    Folds(params.folds),
    task=names.task,
    edits=params.edits,
    seed=params.seed,
)
tables.write(EDITS, edits, snakemake.output.edits, model=names.model, task=names.task)
tables.write(EDIT_SCORES, scores, snakemake.output.scores, model=names.model, task=names.task)
