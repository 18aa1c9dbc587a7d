"""Find the sites that excite each filter of a model's first convolution, out of fold."""

import pandas as pd

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import rows_of
from chromolens.models import devices
from chromolens.models.filters import filters_of_folds
from chromolens.models.model import load_folds
from chromolens.motifs.meme import write_meme
from chromolens.runlog import log_to
from chromolens.tables.inputs import CHOSEN
from chromolens.tables.models import FILTER_SITES

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

params = snakemake.params
inputs = open_inputs(snakemake.input.windows, snakemake.input.source or None)
chosen = tables.read(CHOSEN, snakemake.input.picked)
rows = rows_of(chosen, inputs.windows, "explain", list(params.explains), len(chosen))
rows = pd.unique(pd.Series([row for task in rows.values() for row in task], dtype=int))
table, counts = filters_of_folds(
    load_folds(snakemake.input.models), inputs, rows, Folds(params.folds)
)
tables.write(FILTER_SITES, table, snakemake.output.sites, model=snakemake.wildcards.model)
sites = dict(zip(table["motif"], table["sites"], strict=True))
write_meme(counts, snakemake.output.meme, sites=sites)
