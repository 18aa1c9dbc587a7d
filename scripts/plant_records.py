"""Write the simulated records of one split, with motifs planted into them."""

from chromolens.inputs.sequences.planted import plant
from chromolens.motifs.meme import read_meme
from chromolens.runlog import log_to

log_to(snakemake.log[0])

settings = dict(snakemake.params.settings)
planted, split = dict(settings["planted"]), snakemake.wildcards.split
plant(
    snakemake.output.table,
    split=split,
    ppms={name: ppm for name, _, ppm in read_meme(planted.pop("meme"))},
    records=settings["records"][split],
    bases=settings["bases"],
    seed=snakemake.params.seed,
    **planted,
)
