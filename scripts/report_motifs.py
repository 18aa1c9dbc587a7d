"""Put the motifs of one task on a page."""

from chromolens.report.gather import gather_motifs
from chromolens.report.motif_page import write_motif_page
from chromolens.runlog import log_to

log_to(snakemake.log[0])

files = {name: snakemake.input.get(name) for name in snakemake.input.keys()}
names, params = dict(snakemake.wildcards.items()), dict(snakemake.params.items())
write_motif_page(snakemake.output.page, gather_motifs(files, names, **params))
