"""Make the genome one upper-case, bgzipped, indexed FASTA whose content is known."""

from chromolens import tables
from chromolens.genome.fasta import prepare_fasta
from chromolens.runlog import log_to
from chromolens.tables.inputs import CHROMOSOMES

log_to(snakemake.log[0])

chromosomes = prepare_fasta(
    snakemake.input.fasta[0],
    snakemake.output.fasta,
    snakemake.params.chromosomes or None,
    snakemake.params.planned,
    snakemake.threads,
    snakemake.params.circular,
)
tables.write(CHROMOSOMES, chromosomes, snakemake.output.chromosomes)
