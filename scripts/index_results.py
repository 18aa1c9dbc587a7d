"""Write down where every result of the study lies."""

import pandas as pd

from chromolens import tables
from chromolens.runlog import log_to
from chromolens.tables.study import INDEX

log_to(snakemake.log[0])

tables.write(INDEX, pd.DataFrame(snakemake.params.index), snakemake.output.table)
