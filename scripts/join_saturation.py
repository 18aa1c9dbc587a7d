"""Join the effects of every substitution into four tracks of a task, one for each base."""

from chromolens import tables
from chromolens.genome.sizes import sizes_of
from chromolens.runlog import log_to
from chromolens.tables.variants import SATURATED
from chromolens.variants.saturated import write_tracks

log_to(snakemake.log[0])
write_tracks(
    tables.read_all(SATURATED, snakemake.input.effects),
    sizes_of(snakemake.input.chromosomes),
    snakemake.wildcards.task,
    dict(snakemake.output.items()),
)
