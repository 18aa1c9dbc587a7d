"""Look for the lexicon's motifs of one task in the genome, by sequence and by contribution."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import read_windows
from chromolens.motifs.hits.files import write_bed, write_bigbed
from chromolens.motifs.hits.hits import Rules, find_hits
from chromolens.motifs.hits.sought import motifs_of_task
from chromolens.runlog import log_to
from chromolens.tables.motifs import SOUGHT

log_to(snakemake.log[0])
names, params, inputs = snakemake.wildcards, snakemake.params, snakemake.input
with Genome(inputs.genome) as genome:
    hits, motifs = find_hits(
        genome,
        inputs.track,
        motifs_of_task(inputs.lexicon, inputs.meme, names.model, names.task),
        folds=Folds(params.folds).homes(genome.sizes),
        windows=read_windows(inputs.windows),
        rules=Rules(**params.rules),
        predicted=inputs.predicted,
        events=inputs.events,
        **params.settings,
    )
    write_bed(hits, snakemake.output.bed)
    write_bigbed(hits, genome.sizes, snakemake.output.bigbed)
made = {"model": names.model, "task": names.task, "method": names.method}
tables.write(SOUGHT, motifs, snakemake.output.motifs, **made)
