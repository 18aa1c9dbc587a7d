"""Write the simulated records of one class and split."""

from chromolens.inputs.sequences.simulated import simulate
from chromolens.runlog import log_to

log_to(snakemake.log[0])

names, settings = snakemake.wildcards, snakemake.params.settings
simulate(
    snakemake.output.fasta,
    name=names.label,
    split=names.split,
    frequencies=settings["classes"][names.label],
    records=settings["records"][names.split],
    bases=settings["bases"],
    words=settings["words"].get(names.label, ()),
    seed=snakemake.params.seed,
)
