"""Score the alleles of each haplotype together and apart, out of fold."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.tables.variants import EPISTASIS, PHASED
from chromolens.variants.epistasis import score_haplotypes
from chromolens.variants.haplotypes import stands_of

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params = snakemake.params
with Genome(snakemake.input.genome) as genome:
    found = score_haplotypes(
        load_folds(snakemake.input.models),
        genome,
        tables.read(PHASED, snakemake.input.phased),
        tasks=params.model["tasks"],
        objective=params.model["objective"],
        window=params.settings["window"],
        stands=stands_of(params.settings),
        batch_size=snakemake.resources.batch_size,
    )
tables.write(EPISTASIS, found, snakemake.output.epistasis, model=snakemake.wildcards.model)
