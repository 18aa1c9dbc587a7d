"""Judge what the study was to show."""

from chromolens import tables
from chromolens.checks.acceptance import judge
from chromolens.checks.evidence import read_evidence
from chromolens.runlog import log_to, logger
from chromolens.tables.checks import ACCEPTANCE

log_to(snakemake.log[0])

evidence = read_evidence({name: files for name, files in snakemake.input.items()})
table = judge(snakemake.params.criteria, evidence)
tables.write(ACCEPTANCE, table, snakemake.output.table)
logger.info("%s", table[["result", "kind", "name", "value", "bound"]].to_string(index=False))
