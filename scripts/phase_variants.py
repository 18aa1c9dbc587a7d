"""Find the alleles that one phased haplotype of a sample carries near each other."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.inputs.folds import Folds
from chromolens.runlog import log_to, logger
from chromolens.tables.variants import LISTED, PHASED, PHASED_DROPPED
from chromolens.variants.listed import Reading
from chromolens.variants.phased import read_phased

log_to(snakemake.log[0])
(file,), settings = snakemake.input.file, snakemake.params.settings
listed = tables.read(LISTED, snakemake.input.listed)
with Genome(snakemake.input.genome) as genome:
    reading = Reading(genome, Folds(snakemake.params.folds), settings)
    phased, dropped = read_phased(file, listed, genome, reading, settings["window"])
logger.info("%d haplotypes; left out:\n%s", len(phased), dropped.to_string(index=False))
tables.write(PHASED, phased, snakemake.output.phased)
tables.write(PHASED_DROPPED, dropped, snakemake.output.dropped)
