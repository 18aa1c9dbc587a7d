"""Put a study on one page."""

from pathlib import Path

from chromolens.report.gather import gather
from chromolens.report.page import write_report
from chromolens.runlog import log_to
from chromolens.study import open_study

log_to(snakemake.log[0])

study = open_study(Path(snakemake.input.index).parent)
shown = gather(study, snakemake.input.genes, **dict(snakemake.params.items()))
write_report(snakemake.output[0], shown)
