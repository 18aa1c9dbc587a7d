"""What was observed for one task, as a track: its signals summed, or its events."""

from chromolens.genome.sizes import sizes_of
from chromolens.runlog import log_to
from chromolens.tracks.observed import observe

log_to(snakemake.log[0])

sizes = sizes_of(snakemake.input.chromosomes)
observe(snakemake.input.files, snakemake.output.track, sizes, snakemake.params.chromosome_names)
