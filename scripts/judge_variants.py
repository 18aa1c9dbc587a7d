"""Hold the effects of variants against those of matched nulls."""

from chromolens import tables
from chromolens.runlog import log_to
from chromolens.tables.models import PREDICTIONS
from chromolens.tables.variants import LISTED, SCORED, VARIANTS
from chromolens.variants.judge import judge

log_to(snakemake.log[0])
files = snakemake.input
found = judge(
    tables.read(LISTED, files.listed),
    tables.read_all(SCORED, files.scores),
    tables.read_all(SCORED, files.nulls),
    tables.read(PREDICTIONS, files.predictions),
    snakemake.params.tasks,
)
tables.write(VARIANTS, found, snakemake.output.variants, model=snakemake.wildcards.model)
