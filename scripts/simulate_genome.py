"""Write a genome with planted motifs, and the truth about them."""

from chromolens.genome.simulate import simulate
from chromolens.motifs.names.database import matrices
from chromolens.runlog import log_to

log_to(snakemake.log[0])

settings = dict(snakemake.params.settings)
ppms = matrices(snakemake.params.database, settings.pop("motifs"))
simulate(dict(snakemake.output.items()), ppms=ppms, seed=snakemake.params.seed, **settings)
