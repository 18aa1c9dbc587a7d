"""Join the shards of one task into a bigWig; scaled by fold where the scales are given."""

import pandas as pd

from chromolens.genome.intervals import Interval
from chromolens.runlog import log_to
from chromolens.tracks.join import join_track
from chromolens.tracks.scaling import read_scales

log_to(snakemake.log[0])

task = snakemake.wildcards.task
sizes = pd.read_table(snakemake.input.chromosomes).set_index("chrom")["length"].to_dict()
measured = snakemake.input.get("windows")
join_track(
    snakemake.input.shards,
    snakemake.output.track,
    sizes,
    task=task,
    array=snakemake.params.array,
    scales=read_scales(measured, task) if measured else None,
    planned=[Interval.from_name(name) for name in snakemake.params.planned],
)
