"""Put every other base at each position of a task's hits, in windows that were explained."""

from chromolens import tables
from chromolens.experiments.chosen import Experiments
from chromolens.experiments.substitution import substitute_hits
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.motifs.meme import read_meme
from chromolens.motifs.ppm import trim
from chromolens.runlog import log_to
from chromolens.tables.experiments import PROFILES, SUBSTITUTED
from chromolens.tables.motifs import HITS

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

names, params, inputs = snakemake.wildcards, snakemake.params, snakemake.input
positions, motifs = substitute_hits(
    load_folds(inputs.models),
    inputs.explained[0],
    tables.read_all(HITS, inputs.hits),
    {name: trim(ppm) for name, _, ppm in read_meme(inputs.meme)},
    Experiments(**params.asked),
    task=names.task,
    **params.settings,
)
made = {"model": names.model, "task": names.task}
tables.write(SUBSTITUTED, positions, snakemake.output.positions, **made)
tables.write(PROFILES, motifs, snakemake.output.motifs, **made)
