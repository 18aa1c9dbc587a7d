"""Look for the lexicon's motifs of one task in the genome, by sequence and by contribution."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import read_windows
from chromolens.motifs.hits.files import write_bed, write_bigbed
from chromolens.motifs.hits.hits import Rules, find_hits
from chromolens.motifs.hits.sought import motifs_of_task
from chromolens.motifs.hits.weights import read_events
from chromolens.runlog import log_to
from chromolens.tables.motifs import SOUGHT

log_to(snakemake.log[0])

names, params = snakemake.wildcards, snakemake.params
inputs, output = snakemake.input, snakemake.output
with Genome(inputs.genome) as genome:
    hits, motifs = find_hits(
        genome,
        inputs.track,
        motifs_of_task(inputs.lexicon, inputs.meme, names.model, names.task),
        folds=Folds(params.folds).homes(genome.sizes),
        windows=read_windows(inputs.windows),
        rules=Rules(**params.rules),
        events=read_events(inputs.events, genome.sizes, params.names) if inputs.events else None,
        within=params.within,
        seed=params.seed,
    )
    write_bed(hits, output.bed)
    write_bigbed(hits, genome.sizes, output.bigbed)
made = {"model": names.model, "task": names.task, "method": names.method}
tables.write(SOUGHT, motifs, output.motifs, **made)
