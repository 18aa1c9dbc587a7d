"""Write the user's VCF again, with the effects of its alleles."""

from chromolens import tables
from chromolens.genome.sizes import sizes_of
from chromolens.runlog import log_to
from chromolens.tables.variants import LEFT_OUT, VARIANTS
from chromolens.variants.vcf import write_vcf

log_to(snakemake.log[0])
(file,) = snakemake.input.file
write_vcf(
    snakemake.output.vcf,
    file,
    tables.read(VARIANTS, snakemake.input.variants),
    tables.read(LEFT_OUT, snakemake.input.dropped),
    sizes_of(snakemake.input.chromosomes),
)
