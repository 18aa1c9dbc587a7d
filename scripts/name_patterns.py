"""Name the patterns of one task and the motifs they merge into; say where the seqlets lie."""

from chromolens.motifs.lexicon.tables import motif_tables
from chromolens.motifs.modisco.patterns import write_patterns_meme
from chromolens.motifs.modisco.seqlets import write_seqlets
from chromolens.motifs.names.database import load_database
from chromolens.motifs.names.matches import write_matches_meme
from chromolens.runlog import log_to

log_to(snakemake.log[0])

names, inputs, params = snakemake.wildcards, snakemake.input, snakemake.params
database = load_database(params.database)
tables = motif_tables(inputs.patterns, inputs.merged, database, **params.naming)
for name, table in tables.items():
    for place, column in enumerate(("model", "task")):
        table.insert(place, column, names[column])
    table.to_csv(snakemake.output[name], sep="\t", index=False)
write_patterns_meme(inputs.patterns, snakemake.output.patterns_meme)
write_matches_meme(tables["matches"], database, snakemake.output.matches_meme)
write_patterns_meme(inputs.merged, snakemake.output.merged_meme)
write_seqlets(inputs.patterns, snakemake.output.seqlets, params.kind)
