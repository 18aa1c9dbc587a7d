"""Place windows on the regions that one method explains, and count what was left out."""

from chromolens import tables
from chromolens.genome.sizes import sizes_of
from chromolens.inputs.folds import Folds
from chromolens.inputs.genome.regions import place
from chromolens.runlog import log_to, logger
from chromolens.tables.inputs import REGIONS, REGIONS_DROPPED

log_to(snakemake.log[0])

params = snakemake.params
sizes = sizes_of(snakemake.input.chromosomes)
placed = place(sizes, list(Folds(params.folds).homes(sizes)), **params.placing)
windows, dropped = placed.table(params.placing["window"]), placed.tally.table()

logger.info("%d windows; left out:\n%s", len(windows), dropped.to_string())
tables.write(REGIONS, windows, snakemake.output.regions)
tables.write(REGIONS_DROPPED, dropped, snakemake.output.dropped)
