"""Put the tokens of each record in the order of what they add to its class."""

from chromolens import tables
from chromolens.checks.tokens import rank
from chromolens.inputs.windows import read_windows
from chromolens.runlog import log_to
from chromolens.tables.tokens import RANKED_TOKENS

log_to(snakemake.log[0])

files = dict(zip(snakemake.params.tasks, snakemake.input.contributions, strict=True))
table = rank(read_windows(snakemake.input.windows), files)
table.insert(0, "model", snakemake.wildcards.model)
table.insert(1, "method", snakemake.wildcards.method)
tables.write(RANKED_TOKENS, table, snakemake.output.table)
