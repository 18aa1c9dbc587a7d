"""Are the causal markers of spiked traits found again, and where in the input?"""

from pathlib import Path

from chromolens import tables
from chromolens.inputs.batches import open_inputs
from chromolens.markers.recovered import recover
from chromolens.runlog import log_to
from chromolens.study import open_study
from chromolens.tables.inputs import SPIKED
from chromolens.tables.markers import RECALL, RECOVERED

log_to(snakemake.log[0])

files, output = snakemake.input, snakemake.output
study = open_study(Path(files.index).parent)
inputs = open_inputs(files.windows, files.source)
truth = tables.read(SPIKED, files.truth)
found = recover(study.table, snakemake.params.runs, inputs, truth)
tables.write(RECOVERED, found.markers, output.recovered)
tables.write(RECALL, found.recall, output.recall)
