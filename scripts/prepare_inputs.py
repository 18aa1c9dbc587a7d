"""Cut the inputs into labelled windows, and count what was left out."""

import json
from pathlib import Path

import pandas as pd

from chromolens import inputs, plugins, tables
from chromolens.inputs.windows import write_windows
from chromolens.runlog import log_to, logger
from chromolens.tables.inputs import COVARIATES, DROPPED, FOLDS, SPIKED

log_to(snakemake.log[0])

folds = pd.DataFrame(snakemake.params.folds)
prepare = plugins.load(inputs, snakemake.params.kind)
prepared = prepare(folds=folds, **snakemake.params.settings)

logger.info("%d windows; left out:\n%s", len(prepared.windows), prepared.dropped.to_string())
tables.write(FOLDS, folds, snakemake.output.folds)
tables.write(DROPPED, prepared.dropped, snakemake.output.dropped)
Path(snakemake.output.notes).write_text(json.dumps(prepared.notes, indent=1))
write_windows(prepared.windows, snakemake.output.windows)
for path in snakemake.output.covariates:
    tables.write(COVARIATES, prepared.covariates, path)
for path in snakemake.output.spiked:
    tables.write(SPIKED, prepared.spiked, path)
