"""Take the hits of a task out of the windows that a method explained, one at a time."""

from chromolens import tables
from chromolens.experiments.ablation import ablate_hits
from chromolens.experiments.chosen import Experiments
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.tables.experiments import ABLATED, CALIBRATION
from chromolens.tables.motifs import HITS

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

names, params = snakemake.wildcards, snakemake.params
hits, calibration = ablate_hits(
    load_folds(snakemake.input.models),
    snakemake.input.explained,
    tables.read_all(HITS, snakemake.input.hits),
    Experiments(**params.asked),
    task=names.task,
    **params.settings,
)
made = {"model": names.model, "task": names.task, "method": names.method}
tables.write(ABLATED, hits, snakemake.output.hits, **made)
tables.write(CALIBRATION, calibration, snakemake.output.calibration, **made)
