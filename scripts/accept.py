"""Judge what the study was to show."""

from chromolens.checks.acceptance import judge, read_evidence
from chromolens.runlog import log_to, logger

log_to(snakemake.log[0])

evidence = read_evidence({name: files for name, files in snakemake.input.items()})
table = judge(snakemake.params.criteria, evidence)
table.to_csv(snakemake.output.table, sep="\t", index=False)
logger.info("%s", table[["result", "kind", "name", "value", "bound"]].to_string(index=False))
