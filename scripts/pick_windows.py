"""Choose the windows that are read closely, and the thresholds of the subsets."""

import pandas as pd

from chromolens.inputs.windows import read_windows
from chromolens.motifs.choose import choose, thresholds
from chromolens.runlog import log_to

log_to(snakemake.log[0])

params = snakemake.params
predictions = pd.read_table(snakemake.input.predictions)
limits = thresholds(
    predictions, params.explains, percentile=params.percentile, of=params.percentile_of
)
chosen = choose(
    read_windows(snakemake.input.windows),
    predictions,
    limits,
    params.explains,
    count=params.windows,
    sis_count=params.sis_windows,
    seed=params.seed,
)
limits.to_csv(snakemake.output.thresholds, sep="\t", index=False)
chosen.to_csv(snakemake.output.picked, sep="\t", index=False)
