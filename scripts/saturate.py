"""Score every substitution of a part of the blocks that the models of one fold never saw."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.models import devices
from chromolens.models.model import load_model
from chromolens.runlog import log_to
from chromolens.tables.variants import BLOCKS, SATURATED
from chromolens.variants.haplotypes import stands_of
from chromolens.variants.saturation import saturate, share

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params, names = snakemake.params, snakemake.wildcards
blocks = tables.read(BLOCKS, snakemake.input.blocks)
with Genome(snakemake.input.genome) as genome:
    effects = saturate(
        [load_model(path) for path in snakemake.input.models],
        genome,
        share(blocks, names.fold, int(names.part), params.settings["saturation_parts"]),
        tasks=params.model["tasks"],
        objective=params.model["objective"],
        window=params.settings["window"],
        stands=stands_of(params.settings),
        batch_size=snakemake.resources.batch_size,
    )
tables.write(SATURATED, effects, snakemake.output.effects)
