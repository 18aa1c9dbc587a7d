"""What was observed for one task, as a track: its signals summed, or its events."""

import pandas as pd

from chromolens.runlog import log_to
from chromolens.tracks.observed import observe

log_to(snakemake.log[0])

sizes = pd.read_table(snakemake.input.chromosomes).set_index("chrom")["length"].to_dict()
observe(snakemake.input.files, snakemake.output.track, sizes, snakemake.params.chromosome_names)
