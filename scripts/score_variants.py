"""Score the variants on the chromosomes that the models of one fold never saw."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.models import devices
from chromolens.models.model import load_model
from chromolens.runlog import log_to
from chromolens.tables.variants import LISTED, SCORED
from chromolens.variants.haplotypes import stands_of
from chromolens.variants.listed import unique
from chromolens.variants.score import score_variants

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params, variants = snakemake.params, tables.read(LISTED, snakemake.input.variants)
with Genome(snakemake.input.genome) as genome:
    scores = score_variants(
        [load_model(path) for path in snakemake.input.models],
        genome,
        unique(variants[variants["fold"] == snakemake.wildcards.fold]),
        tasks=params.model["tasks"],
        objective=params.model["objective"],
        window=params.settings["window"],
        stands=stands_of(params.settings),
        batch_size=snakemake.resources.batch_size,
    )
tables.write(SCORED, scores, snakemake.output.scores)
