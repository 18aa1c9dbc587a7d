"""Compare a track's largest contributions with the bases that were planted."""

from chromolens import tables
from chromolens.checks.planted import check_track
from chromolens.genome.fasta import Genome
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import read_windows
from chromolens.motifs.names.database import matrices
from chromolens.runlog import log_to
from chromolens.tables.checks import PLANTED

log_to(snakemake.log[0])

names, inputs = snakemake.wildcards, snakemake.input
windows = read_windows(inputs.windows)
with Genome(inputs.genome) as genome:
    table = check_track(
        genome,
        inputs.track,
        inputs.truth,
        inputs.core,
        matrices(snakemake.params.database, snakemake.params.motifs),
        windows=windows[windows["role"] == "positive"],
        explained=Folds(snakemake.params.folds).homes(genome.sizes),
    )
made = {"model": names.model, "task": names.task, "method": names.method}
tables.write(PLANTED, table, snakemake.output.table, **made)
