"""Is it the network or the genome? Each network beside those that it is held against."""

from pathlib import Path

import pandas as pd

from chromolens import tables
from chromolens.markers.job import judge
from chromolens.runlog import log_to
from chromolens.study import open_study
from chromolens.tables.markers import KNOWN_LOCI, NULL_BANDS, VERDICTS

log_to(snakemake.log[0])

params, output = snakemake.params, snakemake.output
study = open_study(Path(snakemake.input.index).parent)
loci = pd.DataFrame(params.known, columns=["trait", "chrom", "position"])
found = judge(study.table, params.runs, params.drawn, loci)
tables.write(VERDICTS, found.verdicts, output.verdicts)
tables.write(NULL_BANDS, found.bands, output.bands)
tables.write(KNOWN_LOCI, found.known, output.known)
