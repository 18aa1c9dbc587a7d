"""Run TF-MoDISco on the windows of one task."""

from chromolens.motifs.modisco.modisco import find_patterns
from chromolens.runlog import log_to

log_to(snakemake.log[0])

find_patterns(
    snakemake.input.windows,
    snakemake.wildcards.task,
    snakemake.output.patterns,
    seed=snakemake.params.seed,
    **snakemake.params.settings,
)
