"""Cluster the subsets of two models together."""

from chromolens import tables
from chromolens.motifs.names.database import load_database
from chromolens.runlog import log_to
from chromolens.sis.files import read_subsets
from chromolens.sis.motifs.joint import joint_clusters
from chromolens.tables.sis import JOINT

log_to(snakemake.log[0])

params = snakemake.params
pair = [snakemake.wildcards.model, snakemake.wildcards.other]
table = joint_clusters(
    dict(zip(pair, map(read_subsets, snakemake.input.subsets), strict=True)),
    load_database(params.database),
    naming=params.naming,
    **params.settings,
)
tables.write(JOINT, table, snakemake.output.clusters)
