"""The windows and labels of one model: limited in number, or permuted within each group."""

from chromolens.inputs.batches import of_model
from chromolens.inputs.genotypes.windows import as_null
from chromolens.inputs.windows import read_windows, write_windows
from chromolens.models.nulls import seed_of
from chromolens.runlog import log_to

log_to(snakemake.log[0])

model = snakemake.params.model
windows = of_model(
    read_windows(snakemake.input.windows),
    model["tasks"],
    objective=model["objective"],
    permuted=model["labels"] == "permuted",
    most=model["max_positives"],
    seed=seed_of(snakemake.params.seed, model),
)
write_windows(as_null(windows, model, str(snakemake.input.source)), snakemake.output.windows)
