"""Make the genome one upper-case, bgzipped, indexed FASTA whose content is known."""

from chromolens.genome.fasta import prepare_fasta
from chromolens.runlog import log_to

log_to(snakemake.log[0])

chromosomes = prepare_fasta(
    snakemake.input.fasta, snakemake.output.fasta, snakemake.params.chromosomes or None
)
chromosomes.to_csv(snakemake.output.chromosomes, sep="\t", index=False)
