"""Read the variants of the user's file, bring each into one form, and list what is left out."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.inputs.folds import Folds
from chromolens.runlog import log_to, logger
from chromolens.tables.variants import LEFT_OUT, LISTED
from chromolens.variants.listed import Reading
from chromolens.variants.reading import read_variants

log_to(snakemake.log[0])
(file,) = snakemake.input.file
with Genome(snakemake.input.genome) as genome:
    reading = Reading(genome, Folds(snakemake.params.folds), snakemake.params.settings)
    listed, dropped = reading.taken(read_variants(file), file)
logger.info("%d alleles; left out:\n%s", len(listed), dropped["reason"].value_counts())
tables.write(LISTED, listed, snakemake.output.listed)
tables.write(LEFT_OUT, dropped, snakemake.output.dropped)
