"""Score the alleles of each haplotype together and apart, out of fold."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.provenance import made_by
from chromolens.runlog import log_to
from chromolens.tables.variants import EPISTASIS, PHASED
from chromolens.tracks.partial import pieces_kept
from chromolens.variants.epistasis import score_haplotypes
from chromolens.variants.haplotypes import stands_of

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params, inputs, path = snakemake.params, snakemake.input, snakemake.output.epistasis
made = made_by([params.code], [*inputs.content, inputs.phased, *inputs.models])
job = [made, params.model, params.settings]
with (
    Genome(inputs.genome) as genome,
    pieces_kept(path, job, snakemake.resources.batch_size) as pieces,
):
    found = score_haplotypes(
        load_folds(inputs.models),
        genome,
        tables.read(PHASED, inputs.phased),
        tasks=params.model["tasks"],
        objective=params.model["objective"],
        window=params.settings["window"],
        stands=stands_of(params.settings),
        pieces=pieces,
    )
    tables.write(EPISTASIS, found, path, model=snakemake.wildcards.model)
