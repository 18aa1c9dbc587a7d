"""Measure one model on every tile of its held-out chromosomes, beside two simple ones."""

from chromolens import tables
from chromolens.checks.tiles import check_model
from chromolens.genome.fasta import Genome
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import read_windows
from chromolens.motifs.names.database import load_database
from chromolens.runlog import log_to
from chromolens.tables.checks import TILES

log_to(snakemake.log[0])

params = snakemake.params
with Genome(snakemake.input.genome) as genome:
    table = check_model(
        snakemake.input.shards,
        genome,
        read_windows(snakemake.input.windows),
        Folds(params.folds),
        params.peaks,
        load_database(params.database),
        chromosome_names=params.chromosome_names,
        top=params.top,
        apart=params.apart,
        within=params.positive_within,
        window=params.window,
        kmer=params.kmer,
    )
tables.write(TILES, table, snakemake.output.table, model=snakemake.wildcards.model)
