"""Name the filters of one model."""

from chromolens import tables
from chromolens.motifs.lexicon.filters import name_filters
from chromolens.motifs.meme import read_motifs
from chromolens.motifs.names.database import load_database
from chromolens.runlog import log_to
from chromolens.tables.models import FILTER_SITES
from chromolens.tables.motifs import FILTERS

log_to(snakemake.log[0])

table = name_filters(
    tables.read(FILTER_SITES, snakemake.input.sites),
    read_motifs(snakemake.input.motifs),
    load_database(snakemake.params.database),
    **snakemake.params.naming,
)
tables.write(FILTERS, table, snakemake.output.table)
