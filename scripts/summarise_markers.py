"""What one network makes of each marker, block of linkage and chromosome, of one trait."""

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.markers.job import summarise
from chromolens.runlog import log_to
from chromolens.tables.markers import CHROMOSOME_SHARES, LD_BLOCKS, MARKER_MASSES

log_to(snakemake.log[0])

files, output = snakemake.input, snakemake.output
found = summarise(
    files.records,
    open_inputs(files.windows, files.source),
    bigwig=output.bigwig,
    bedgraph=output.bedgraph,
)
tables.write(MARKER_MASSES, found.masses, output.masses)
tables.write(LD_BLOCKS, found.blocks, output.blocks)
tables.write(CHROMOSOME_SHARES, found.chromosomes, output.chromosomes)
