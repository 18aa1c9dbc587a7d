"""Tables about a study as a whole."""

from chromolens.tables.column import (
    FOLD,
    METHOD,
    MODEL,
    TASK,
    Table,
    integer,
    number,
    replace,
    text,
)

INDEX = Table(
    "index.tsv",
    "where each result lies, a row per file; written first, from the plan",
    (
        text("kind", "what the file holds"),
        *(replace(column, missing=True) for column in (MODEL, TASK, METHOD, FOLD)),
        text("replicate", "number of the training", missing=True),
        text("shard", "name of the shard", missing=True),
        text("null", "what networks one is held against: `permuted_3`", missing=True),
        text("other", "the model that `model` is compared with", missing=True),
        text("path", "from the study's folder"),
    ),
)

TIMES = Table(
    "benchmarks/rules.tsv",
    "how long jobs took in the last run that had some of the rule, a row per rule",
    (
        text("rule", "the rule"),
        integer("jobs", "jobs that ended well"),
        number(
            "seconds",
            "mean time of a job, from its start (on a cluster: its submission)",
            unit="s",
        ),
    ),
)
