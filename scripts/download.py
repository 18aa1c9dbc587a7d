"""Fetch one file, from the mirror where there is one, and check it; studies share it."""

from chromolens.inputs.download import fetch_shared
from chromolens.motifs.names.database import check_downloaded
from chromolens.runlog import log_to

log_to(snakemake.log[0])
params = snakemake.params
checksums = {name: params[name][0] for name in ("sha256", "md5")}
path = fetch_shared(params.url[0], "resources/downloads", snakemake.output[0], **checksums)
check_downloaded(path, params.is_meme[0])
