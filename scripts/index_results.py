"""Write down where every result of the study lies."""

import pandas as pd

from chromolens.runlog import log_to

log_to(snakemake.log[0])

index = pd.DataFrame(snakemake.params.index)
index.to_csv(snakemake.output.table, sep="\t", index=False)
