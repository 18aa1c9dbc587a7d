"""Name the patterns of one task and the motifs they merge into; say where the seqlets lie."""

from chromolens import tables
from chromolens.motifs.lexicon.tables import TABLES, motif_tables
from chromolens.motifs.modisco.patterns import write_patterns_meme
from chromolens.motifs.modisco.seqlets import write_seqlets
from chromolens.motifs.names.database import load_database
from chromolens.motifs.names.matches import write_matches_meme
from chromolens.runlog import log_to

log_to(snakemake.log[0])

names, inputs, params = snakemake.wildcards, snakemake.input, snakemake.params
database = load_database(params.database)
found = motif_tables(inputs.patterns, inputs.merged, database, **params.naming)
for name, table in found.items():
    tables.write(TABLES[name], table, snakemake.output[name], model=names.model, task=names.task)
write_patterns_meme(inputs.patterns, snakemake.output.patterns_meme)
write_matches_meme(found["matches"], database, snakemake.output.matches_meme)
write_patterns_meme(inputs.merged, snakemake.output.merged_meme)
write_seqlets(inputs.patterns, snakemake.output.seqlets, params.kind)
