"""Write the genotypes of a cross, their markers, and a trait without a cause."""

from chromolens.inputs.genotypes.simulated import simulate
from chromolens.runlog import log_to

log_to(snakemake.log[0])

params = snakemake.params
simulate(dict(snakemake.output.items()), seed=params.seed, **params.settings)
