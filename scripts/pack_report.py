"""Put the pages of a study into one file."""

from pathlib import Path

from chromolens.report.pack import pack
from chromolens.runlog import log_to

log_to(snakemake.log[0])

pack(snakemake.input.pages, Path(snakemake.input.index).parent, snakemake.output[0])
