"""Motifs of the lexicon that match over one allele of a variant alone."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.inputs.folds import Folds
from chromolens.motifs.hits.sought import motifs_of_tasks
from chromolens.runlog import log_to
from chromolens.tables.variants import LISTED, MATCHES
from chromolens.variants.listed import unique
from chromolens.variants.matches import changed_matches

log_to(snakemake.log[0])
names, params, files = snakemake.wildcards, snakemake.params, snakemake.input
with Genome(files.genome) as genome:
    found = changed_matches(
        genome,
        unique(tables.read(LISTED, files.listed)),
        motifs_of_tasks(files.lexicon, files.meme, names.model, params.explains),
        stretches=list(Folds(params.folds).homes(genome.sizes)),
        max_p=params.max_p,
    )
tables.write(MATCHES, found, snakemake.output.matches, model=names.model)
