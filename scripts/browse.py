"""Put a study's tracks on a page, and beside it for IGV desktop and UCSC."""

from pathlib import Path

from chromolens.report.browser.browse import browse
from chromolens.report.gather import gather
from chromolens.runlog import log_to
from chromolens.study import open_study

log_to(snakemake.log[0])

study = open_study(Path(snakemake.input.index).parent)
browse(study, gather(study, snakemake.input.genes, **dict(snakemake.params.items())))
