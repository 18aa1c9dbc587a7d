"""Join the shards of one task into one file of records."""

from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.runlog import log_to
from chromolens.tracks.join import join_records

log_to(snakemake.log[0])

inputs = open_inputs(snakemake.input.windows, snakemake.input.source or None)
join_records(
    snakemake.input.shards,
    snakemake.output.records,
    inputs,
    task=snakemake.wildcards.task,
    rows=Folds(snakemake.params.folds).held_out(inputs.windows),
)
