"""Cluster the subsets of one task, and name the motifs of the clusters."""

from chromolens.motifs.names.database import load_database
from chromolens.runlog import log_to
from chromolens.sis.files import read_subsets, write_clusters
from chromolens.sis.motifs.cluster_motifs import cluster_subsets

log_to(snakemake.log[0])

names, params = snakemake.wildcards, snakemake.params
clusters = cluster_subsets(
    read_subsets(snakemake.input.subsets),
    load_database(params.database),
    naming=params.naming,
    **params.settings,
)
write_clusters(
    clusters,
    clusters_tsv=snakemake.output.clusters,
    parts_tsv=snakemake.output.parts,
    motifs_tsv=snakemake.output.motifs,
    weights_tsv=snakemake.output.weights,
    motifs_meme=snakemake.output.meme,
    model=names.model,
    task=names.task,
)
