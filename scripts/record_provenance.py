"""Write down which code, settings and files made the study."""

import json
from pathlib import Path

from chromolens.provenance import record
from chromolens.runlog import log_to

log_to(snakemake.log[0])

inputs = [*snakemake.input.files, *snakemake.input.genome]
params = snakemake.params
made = record(params.config, params.config_files, inputs, snakemake.input.models)
Path(snakemake.output.table).write_text(json.dumps(made, indent=1))
