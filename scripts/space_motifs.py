"""Put two motifs of a task at a time into sequences, at every gap."""

from chromolens import tables
from chromolens.experiments.chosen import Experiments, motifs_of_study
from chromolens.experiments.study import spacings
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.tables.experiments import SPACED_PAIRS, SPACING, SPACING_DROPPED

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)
names, params, inputs = snakemake.wildcards, snakemake.params, snakemake.input
asked, lexicon = Experiments(**params.asked), (inputs.lexicon, inputs.meme)
gaps, pairs, dropped = spacings(
    load_folds(inputs.models),
    open_inputs(inputs.windows, inputs.source or None),
    Folds(params.folds),
    motifs_of_study(*lexicon, names.task, params.seen_by, asked, params.min_support),
    asked,
    task=names.task,
    **params.settings,
)
made = {"model": names.model, "task": names.task}
tables.write(SPACING, gaps, snakemake.output.gaps, **made)
tables.write(SPACED_PAIRS, pairs, snakemake.output.pairs, **made)
tables.write(SPACING_DROPPED, dropped, snakemake.output.dropped, **made)
