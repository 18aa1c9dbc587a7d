"""Score the variants on the chromosomes that the models of one fold never saw."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.models import devices
from chromolens.models.model import load_model
from chromolens.provenance import made_by
from chromolens.runlog import log_to
from chromolens.tables.variants import LISTED, SCORED
from chromolens.tracks.partial import pieces_kept
from chromolens.variants.listed import unique
from chromolens.variants.score import as_stated, score_variants

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)
params, inputs, fold = snakemake.params, snakemake.input, snakemake.wildcards.fold
variants, path = tables.read(LISTED, inputs.variants), snakemake.output.scores
made = made_by([params.code], [*inputs.content, inputs.variants, *inputs.models])
job, rows = [made, params.model, params.settings], snakemake.resources.batch_size
with Genome(inputs.genome) as genome, pieces_kept(path, job, rows) as pieces:
    scores = score_variants(
        {fold: [load_model(one) for one in inputs.models]},
        genome,
        unique(variants[variants["fold"] == fold]),
        **as_stated(params.model, params.settings),
        pieces=pieces,
    )
    tables.write(SCORED, scores, path)
