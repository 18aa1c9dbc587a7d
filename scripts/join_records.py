"""Join the shards of one task into one file of records."""

from chromolens.inputs.batches import open_inputs
from chromolens.runlog import log_to
from chromolens.tracks.join import join_records

log_to(snakemake.log[0])

join_records(
    snakemake.input.shards,
    snakemake.output.records,
    open_inputs(snakemake.input.windows),
    task=snakemake.wildcards.task,
)
