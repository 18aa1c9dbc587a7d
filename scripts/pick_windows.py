"""Choose the windows that are read closely, and the thresholds of the subsets."""

from chromolens import tables
from chromolens.inputs.chosen import choose
from chromolens.inputs.windows import read_windows
from chromolens.runlog import log_to
from chromolens.sis import thresholds
from chromolens.tables.inputs import CHOSEN
from chromolens.tables.models import PREDICTIONS
from chromolens.tables.sis import THRESHOLDS

log_to(snakemake.log[0])

params = snakemake.params
predictions = tables.read(PREDICTIONS, snakemake.input.predictions)
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
    circular=params.circular,
)
tables.write(THRESHOLDS, limits, snakemake.output.thresholds)
tables.write(CHOSEN, chosen, snakemake.output.picked)
