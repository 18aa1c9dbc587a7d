"""Put a study on one page."""

from chromolens.report.gather import gather
from chromolens.report.page import write_report
from chromolens.runlog import log_to

log_to(snakemake.log[0])

files = {name: snakemake.input.get(name) for name in snakemake.input.keys()}
write_report(snakemake.output[0], gather(files, **dict(snakemake.params.items())))
