"""Compare one task's hits with what was planted, or with its events, and with a plain scan."""

from chromolens import tables
from chromolens.checks.hits import check_hits
from chromolens.genome.fasta import Genome
from chromolens.inputs.folds import Folds
from chromolens.motifs.hits.sought import motifs_of_task
from chromolens.runlog import log_to
from chromolens.tables.checks import CHECKED_HITS
from chromolens.tables.motifs import HITS

log_to(snakemake.log[0])
names, inputs, params = snakemake.wildcards, snakemake.input, snakemake.params
with Genome(inputs.genome) as genome:
    table = check_hits(
        genome,
        inputs.track,
        tables.read(HITS, inputs.hits),
        motifs_of_task(inputs.lexicon, inputs.meme, names.model, names.task),
        predicted=inputs.predicted,
        folds=Folds(params.folds).homes(genome.sizes),
        sought=inputs.motifs,
        task=names.task,
        truth=inputs.truth,
        planted=(params.database, params.motifs),
        events=inputs.events,
        **params.settings,
    )
made = {"model": names.model, "task": names.task, "method": names.method}
tables.write(CHECKED_HITS, table, snakemake.output.table, **made)
