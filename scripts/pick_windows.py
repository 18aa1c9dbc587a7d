"""Choose the windows that are read closely, and the thresholds of the subsets."""

import pandas as pd

from chromolens.inputs.chosen import choose
from chromolens.inputs.windows import read_windows
from chromolens.runlog import log_to
from chromolens.sis import thresholds

log_to(snakemake.log[0])

params = snakemake.params
predictions = pd.read_table(snakemake.input.predictions)
limits = thresholds.fold_thresholds(predictions, params.explains, params.threshold)
thresholds.log_unreached(limits, params.threshold)
relative = thresholds.is_relative(params.threshold)
chosen = choose(
    read_windows(snakemake.input.windows),
    predictions,
    thresholds.candidates(predictions, params.explains, limits, relative),
    params.explains,
    count=params.windows,
    sis_count=params.sis_windows,
    seed=params.seed,
)
limits.to_csv(snakemake.output.thresholds, sep="\t", index=False)
chosen.to_csv(snakemake.output.picked, sep="\t", index=False)
