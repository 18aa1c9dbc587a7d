"""Compare the methods of a study on the same windows."""

from chromolens.checks.methods import compare
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

table = compare(
    dict(zip(snakemake.params.methods, snakemake.input.explained, strict=True)),
    dict(zip(snakemake.params.methods, snakemake.input.times, strict=True)),
    load_folds(snakemake.input.models),
    target=snakemake.params.target,
    seed=snakemake.params.seed,
)
table.insert(0, "model", snakemake.wildcards.model)
table.to_csv(snakemake.output.table, sep="\t", index=False)
