"""Score every substitution of a part of the blocks that the models of one fold never saw."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.models import devices
from chromolens.models.model import load_model
from chromolens.provenance import made_by
from chromolens.runlog import log_to
from chromolens.tables.variants import BLOCKS, SATURATED
from chromolens.tracks.partial import pieces_kept
from chromolens.variants.saturation import saturate, share
from chromolens.variants.score import as_stated

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)
params, inputs, names = snakemake.params, snakemake.input, snakemake.wildcards
blocks, path = tables.read(BLOCKS, inputs.blocks), snakemake.output.effects
made = made_by([params.code], [*inputs.content, inputs.blocks, *inputs.models])
job, rows = [made, params.model, params.settings], snakemake.resources.batch_size
with Genome(inputs.genome) as genome, pieces_kept(path, job, rows) as pieces:
    effects = saturate(
        [load_model(one) for one in inputs.models],
        genome,
        share(blocks, names.fold, int(names.part), params.settings["saturation_parts"]),
        **as_stated(params.model, params.settings),
        pieces=pieces,
    )
    tables.write(SATURATED, effects, path)
