"""Read the genotypes once: those worth keeping, in the order of their places."""

from chromolens.inputs.genotypes import write_store
from chromolens.runlog import log_to

log_to(snakemake.log[0])

write_store(snakemake.output.genotypes, **snakemake.params.settings)
