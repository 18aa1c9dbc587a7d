"""Tables about a study as a whole."""

from chromolens.tables.column import FOLD, METHOD, MODEL, TASK, Table, replace, text

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
