"""Name the filters of one model."""

import pandas as pd

from chromolens.motifs.lexicon.filters import name_filters
from chromolens.motifs.meme import read_motifs
from chromolens.motifs.names.database import load_database
from chromolens.runlog import log_to

log_to(snakemake.log[0])

table = name_filters(
    pd.read_table(snakemake.input.sites, dtype={"model": str, "fold": str}),
    read_motifs(snakemake.input.motifs),
    load_database(snakemake.params.database),
    **snakemake.params.naming,
)
table.to_csv(snakemake.output.table, sep="\t", index=False)
