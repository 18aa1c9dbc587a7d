"""The windows and labels of one model: limited in number, or permuted within each group."""

from chromolens.inputs.batches import of_model
from chromolens.inputs.windows import read_windows, write_windows
from chromolens.runlog import log_to

log_to(snakemake.log[0])

model = snakemake.params.model
windows = of_model(
    read_windows(snakemake.input.windows),
    model["tasks"],
    objective=model["objective"],
    permuted=model["labels"] == "permuted",
    most=model["max_positives"],
    seed=snakemake.params.seed,
)
write_windows(windows, snakemake.output.windows)
