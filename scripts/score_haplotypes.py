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
from chromolens.variants.score import as_stated

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)
params, inputs, path = snakemake.params, snakemake.input, snakemake.output.epistasis
made = made_by([params.code], [*inputs.content, inputs.phased, *inputs.models])
job, rows = [made, params.model, params.settings], snakemake.resources.batch_size
with Genome(inputs.genome) as genome, pieces_kept(path, job, rows) as pieces:
    found = score_haplotypes(
        load_folds(inputs.models),
        genome,
        tables.read(PHASED, inputs.phased),
        **as_stated(params.model, params.settings),
        pieces=pieces,
    )
    tables.write(EPISTASIS, found, path, model=snakemake.wildcards.model)
