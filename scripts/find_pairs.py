"""Say which motifs of one task stand near each other, and at which gaps."""

from chromolens import tables
from chromolens.inputs.windows import read_windows
from chromolens.motifs.hits.pairs import Rules, find_pairs
from chromolens.motifs.hits.sought import motifs_of_task
from chromolens.runlog import log_to
from chromolens.tables.motifs import GAPS, HITS, PAIRS

log_to(snakemake.log[0])
names, inputs = snakemake.wildcards, snakemake.input
pairs, gaps = find_pairs(
    tables.read(HITS, inputs.hits),
    motifs_of_task(inputs.lexicon, inputs.meme, names.model, names.task),
    read_windows(inputs.windows),
    Rules(**snakemake.params.rules),
)
made = {"model": names.model, "task": names.task, "method": names.method}
tables.write(PAIRS, pairs, snakemake.output.pairs, **made)
tables.write(GAPS, gaps, snakemake.output.gaps, **made)
