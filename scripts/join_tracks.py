"""Join the shards of one task into a bigWig; scaled by fold where the scales are given."""

from chromolens.genome.intervals import Interval
from chromolens.genome.sizes import sizes_of
from chromolens.runlog import log_to
from chromolens.tracks.join import join_track
from chromolens.tracks.scaling import read_scales

log_to(snakemake.log[0])

task = snakemake.wildcards.task
sizes = sizes_of(snakemake.input.chromosomes)
scales = [read_scales(path, task) for path in snakemake.input.scales]
join_track(
    snakemake.input.shards,
    snakemake.output.track,
    sizes,
    task=task,
    array=snakemake.params.array[0],
    scales=scales[0] if scales else None,
    planned=[Interval.from_name(name) for name in snakemake.params.planned],
)
