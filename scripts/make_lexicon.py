"""Join the motifs of all readings, tasks and models into one lexicon."""

from chromolens.motifs.lexicon.lexicon import make_lexicon, write_lexicon
from chromolens.motifs.lexicon.members import read_members
from chromolens.motifs.names.database import load_database
from chromolens.runlog import log_to

log_to(snakemake.log[0])

params = snakemake.params
lexicon = make_lexicon(
    read_members({name: snakemake.input.get(name) for name in snakemake.input.keys()}),
    load_database(params.database),
    params.nulls,
    **params.naming,
)
write_lexicon(lexicon, *snakemake.output)
