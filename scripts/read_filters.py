"""Find the sites that excite each filter of a model's first convolution, out of fold."""

import pandas as pd

from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import rows_of
from chromolens.models import devices
from chromolens.models.filters import filters_of_folds
from chromolens.models.model import load_folds
from chromolens.motifs.meme import write_meme
from chromolens.runlog import log_to

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params = snakemake.params
inputs = open_inputs(snakemake.input.windows, snakemake.input.genome or None)
chosen = pd.read_table(snakemake.input.picked, keep_default_na=False)
rows = rows_of(chosen, inputs.windows, "explain", list(params.explains), len(chosen))
rows = pd.unique(pd.Series([row for task in rows.values() for row in task], dtype=int))
table, counts = filters_of_folds(
    load_folds(snakemake.input.models), inputs, rows, Folds(params.folds)
)
table.insert(0, "model", snakemake.wildcards.model)
table.to_csv(snakemake.output.sites, sep="\t", index=False)
sites = dict(zip(table["motif"], table["sites"], strict=True))
write_meme(counts, snakemake.output.meme, sites=sites)
