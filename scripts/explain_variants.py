"""Explain both alleles of the clearest variants, out of fold."""

from chromolens import tables
from chromolens.genome.fasta import Genome
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.model import load_folds
from chromolens.runlog import log_to
from chromolens.tables.variants import ALLELES, VARIANTS
from chromolens.tracks.jobs import split_settings, with_chosen, with_drawn
from chromolens.tracks.method import Method
from chromolens.variants.letters import explain_variants

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

files, params = snakemake.input, snakemake.params
shared = split_settings(params.shared)[0] | {"batch_size": snakemake.resources.batch_size}
settings = with_chosen(params.settings, files.chosen)
method = Method(params.method, list(params.explains), settings, **shared)
inputs = open_inputs(files.windows, files.source)
with Genome(files.source) as genome:
    found = explain_variants(
        load_folds(files.models), genome, tables.read(VARIANTS, files.variants),
        method=with_drawn(method, inputs, Folds(params.folds)),
        labels=params.explains, window=params.shared["window"], most=params.most,
    )  # fmt: skip
tables.write(ALLELES, found, snakemake.output[0], model=snakemake.wildcards.model)
