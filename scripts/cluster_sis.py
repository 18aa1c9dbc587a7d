"""Cluster the subsets of one task, and name the motifs of the clusters."""

from chromolens.inputs.batches import open_inputs
from chromolens.motifs.database import load_database
from chromolens.motifs.meme import write_meme
from chromolens.runlog import log_to
from chromolens.sis.files import read_subsets
from chromolens.sis.study import cluster_subsets

log_to(snakemake.log[0])

names, params = snakemake.wildcards, snakemake.params
inputs = open_inputs(snakemake.input.windows, snakemake.input.genome or None)
found = cluster_subsets(
    read_subsets(snakemake.input.subsets), inputs, load_database(params.database), **params.naming
)
motifs = found.names.assign(model=names.model, task=names.task, reading="sis", sign="pos")
motifs.to_csv(snakemake.output.motifs, sep="\t", index=False)
found.clusters.to_csv(snakemake.output.clusters, sep="\t", index=False)
write_meme(found.ppms, snakemake.output.meme, sites=found.supports)
