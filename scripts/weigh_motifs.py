"""Say of each motif whether it is needed and whether it is enough, in one table."""

from chromolens import tables
from chromolens.experiments.necessity import necessity
from chromolens.runlog import log_to
from chromolens.tables.experiments import CALIBRATION, MARGINAL, NECESSITY
from chromolens.tables.motifs import MEMBERS
from chromolens.tables.sis import ALIGNED, SUBSETS

log_to(snakemake.log[0])
made = {"model": snakemake.wildcards.model, "task": snakemake.wildcards.task}
table = necessity(
    tables.read(MARGINAL, snakemake.input.marginal),
    tables.read_all(CALIBRATION, snakemake.input.calibration),
    tables.read(MEMBERS, snakemake.input.members),
    tables.read_all(ALIGNED, snakemake.input.aligned),
    tables.read_all(SUBSETS, snakemake.input.subsets),
    **made,
)
tables.write(NECESSITY, table, snakemake.output.table, **made)
