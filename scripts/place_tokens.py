"""Write what k-mers contribute as tracks of the genome that their texts are from."""

from chromolens.inputs.windows import read_windows
from chromolens.runlog import log_to
from chromolens.tables.tokens import TOKEN_BEDGRAPH
from chromolens.tracks.bases import write_bases
from chromolens.tracks.kmers import bases_of_records, sizes_of_all

log_to(snakemake.log[0])

files, output = snakemake.input, snakemake.output
sizes = sizes_of_all(files.fasta)
write_bases(
    bases_of_records(
        read_windows(files.windows), files.contributions, snakemake.params.step, sizes
    ),
    sizes,
    bigwig=output.bigwig,
    bedgraph=output.bedgraph,
    table=TOKEN_BEDGRAPH,
)
