"""Fetch one file, from the mirror where there is one, and check it."""

from chromolens.inputs.download import fetch
from chromolens.runlog import log_to

log_to(snakemake.log[0])

fetch(snakemake.params.url[0], snakemake.output[0], snakemake.params.sha256[0] or None)
