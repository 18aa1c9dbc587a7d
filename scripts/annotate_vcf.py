"""Write the user's VCF again, with the effects of its alleles; and a bigBed of them."""

from chromolens import tables
from chromolens.genome.sizes import sizes_of
from chromolens.runlog import log_to
from chromolens.tables.variants import LEFT_OUT, VARIANTS
from chromolens.variants.bigbed import write_bigbed
from chromolens.variants.vcf import write_vcf

log_to(snakemake.log[0])
(file,) = snakemake.input.file
variants = tables.read(VARIANTS, snakemake.input.variants)
sizes = sizes_of(snakemake.input.chromosomes)
dropped = tables.read(LEFT_OUT, snakemake.input.dropped)
write_vcf(snakemake.output.vcf, file, variants, dropped, sizes)
write_bigbed(variants, sizes, snakemake.output.bigbed)
