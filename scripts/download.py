"""Fetch one file, from the mirror where there is one, and check it; studies share it."""

from chromolens.inputs.download import fetch_shared
from chromolens.motifs.names.database import check_downloaded
from chromolens.runlog import log_to

log_to(snakemake.log[0])
url, sha256 = snakemake.params.url[0], snakemake.params.sha256[0] or None
path = fetch_shared(url, "resources/downloads", snakemake.output[0], sha256)
check_downloaded(path, snakemake.params.is_meme[0])
