"""Explain the chosen windows in full, with hypothetical contributions, out of fold."""

import pandas as pd

from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import table_of
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.motifs.choose import rows_of
from chromolens.runlog import log_to
from chromolens.scores import Origin
from chromolens.tracks.jobs import split_settings
from chromolens.tracks.method import Method
from chromolens.tracks.windows import explain_windows

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

names, params = snakemake.wildcards, snakemake.params
models = load_folds(snakemake.input.models)
inputs = open_inputs(snakemake.input.windows, snakemake.input.genome or None)
chosen, tasks = pd.read_table(snakemake.input.picked, keep_default_na=False), list(params.explains)
explain_windows(
    models, inputs, rows_of(chosen, inputs.windows, "explain", tasks, params.windows),
    table_of(params.folds), snakemake.output.scores,
    method=Method(
        names.method, tasks, params.settings, **split_settings(params.shared)[0],
        batch_size=snakemake.resources.batch_size,
    ),
    origin=Origin(names.study, names.model, "windows", "", {"code": [params.code, params.plugin]}),
    background=rows_of(chosen, inputs.windows, "background", [""], len(chosen))[""],
)  # fmt: skip
