"""Draw null variants in windows of the study."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import read_windows
from chromolens.runlog import log_to
from chromolens.tables.variants import LISTED
from chromolens.variants.listed import Reading
from chromolens.variants.nulls import draw_nulls

log_to(snakemake.log[0])
params, folds = snakemake.params, Folds(snakemake.params.folds)
with Genome(snakemake.input.genome) as genome:
    nulls = draw_nulls(
        genome,
        read_windows(snakemake.input.windows),
        folds,
        Reading(genome, folds, params.settings),
        count=params.settings["nulls"],
        seed=params.seed,
    )
tables.write(LISTED, nulls, snakemake.output.nulls)
