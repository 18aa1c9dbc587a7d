"""Cut the regions of the user's file into blocks of bases that can be scored."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.inputs.folds import Folds
from chromolens.runlog import log_to, logger
from chromolens.tables.variants import BLOCKS, BLOCKS_DROPPED
from chromolens.variants.listed import Reading
from chromolens.variants.saturation import read_blocks

log_to(snakemake.log[0])
(file,), settings = snakemake.input.file, snakemake.params.settings
with Genome(snakemake.input.genome) as genome:
    reading = Reading(genome, Folds(snakemake.params.folds), settings)
    blocks, dropped = read_blocks(file, genome, reading, settings["names"])
logger.info("%d blocks; left out:\n%s", len(blocks), dropped.to_string(index=False))
tables.write(BLOCKS, blocks, snakemake.output.blocks)
tables.write(BLOCKS_DROPPED, dropped, snakemake.output.dropped)
