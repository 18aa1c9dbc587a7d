"""Hold the subsets of two models against each other, and their plain agreement beside."""

from chromolens import tables
from chromolens.checks.agreement import agreement
from chromolens.models import devices
from chromolens.runlog import log_to
from chromolens.sis.exchange import exchange, open_parties
from chromolens.tables.models import POOLED, PREDICTIONS
from chromolens.tables.sis import ALIKE, EXCHANGED

log_to(snakemake.log[0])
devices.configure(threads=snakemake.threads)

names, params, given = snakemake.wildcards, snakemake.params, snakemake.input
asked = ([names.model, names.other], names.task, params.threshold, given.source or None)
files = {"models": [given.models, given.others]}
files |= {key: getattr(given, key) for key in ("windows", "thresholds", "subsets")}
parties = open_parties(*asked, **files)
table = exchange(parties, task=names.task, target=params.target, mask=params.mask)
tables.write(EXCHANGED, table, snakemake.output.exchanged)
explained = zip(given.explained, given.other_explained, strict=True)
table = agreement(
    names.task,
    explained=dict(zip(params.methods, explained, strict=True)),
    predictions=[tables.read(PREDICTIONS, path) for path in given.predictions],
    pooled=[tables.read(POOLED, path) for path in given.pooled],
    subsets=[party.subsets for party in parties.values()],
)
tables.write(ALIKE, table, snakemake.output.agreement)
