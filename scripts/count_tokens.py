"""Say which token has which number, and how often it stands in the training records."""

from chromolens import tables
from chromolens.inputs.tokens.vocabulary import counted
from chromolens.inputs.windows import read_windows
from chromolens.runlog import log_to
from chromolens.tables.inputs import FOLDS, VOCABULARY

log_to(snakemake.log[0])

folds = tables.read(FOLDS, snakemake.input.folds)
training = folds.loc[folds["role"] == "training", "group"]
vocabulary = counted(read_windows(snakemake.input.windows), set(training))
tables.write(VOCABULARY, vocabulary, snakemake.output.vocabulary)
