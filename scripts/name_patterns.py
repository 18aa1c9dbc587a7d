"""Name the patterns of one task, and say where their seqlets lie."""

from chromolens.motifs.database import load_database
from chromolens.motifs.patterns import patterns_table, write_patterns_meme
from chromolens.motifs.seqlets import write_seqlets
from chromolens.runlog import log_to

log_to(snakemake.log[0])

names, patterns = snakemake.wildcards, snakemake.input.patterns
table = patterns_table(
    patterns, load_database(snakemake.params.database), **snakemake.params.naming
)
for place, column in enumerate(("model", "task")):
    table.insert(place, column, names[column])
table.to_csv(snakemake.output.table, sep="\t", index=False)
write_patterns_meme(patterns, snakemake.output.meme)
write_seqlets(patterns, snakemake.output.seqlets, snakemake.params.kind)
