"""Find the smallest sets of tokens that alone keep texts in their classes, by one model."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.sis.texts import find_sets
from chromolens.tables import tokens

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params, output = snakemake.params, snakemake.output
found = find_sets(
    {fold: first for fold, (first, *_) in load_folds(snakemake.input.models).items()},
    open_inputs(snakemake.input.windows),
    Folds(params.folds),
    **params.asked,
    **params.settings,
)
tables.write(tokens.SOUGHT_TEXTS, found.sought, output.sought)
tables.write(tokens.TOKEN_SETS, found.sets, output.sets)
tables.write(tokens.SET_TOKENS, found.members, output.members)
tables.write(tokens.KEPT_TOKENS, found.kept, output.kept)
tables.write(tokens.SET_CLUSTERS, found.clusters, output.clusters)
