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

SHARDS, SCALES, WINDOWS = "shards", "scales", "windows"
"""Kinds of calls whose speed is measured."""
_FIRST = number("first", "more for each network: it is loaded, and its graph is drawn", "s")
_DEVICE = (
    number("start", "of a job, until it reads its first file: time of the processor", "s"),
    number("memory", "most that the process took", "MB"),
    number("gpu_memory", "most that it took of a GPU", "MB", missing=True),
    text("machine", "device, processor, kernels, threads and TensorFlow"),
)
SPEED = Table(
    "speed/MODEL.METHOD.tsv",
    "how fast a method explains here (`chromolens check --measure`), a row per kind of call",
    (
        MODEL,
        METHOD,
        text(
            "asked",
            f"`{SHARDS}`: all tasks, as tracks are made; `{SCALES}`: all tasks of chosen "
            f"windows; `{WINDOWS}`: one task of these",
        ),
        text("setting", "that a pilot chooses: `steps=50`", missing=True),
        integer("rows", "windows in a call"),
        number("seconds", "that a call takes, with reading, stitching and writing", "s"),
        _FIRST,
        *_DEVICE,
    ),
)
TRAINING_SPEED = Table(
    "speed/MODEL.training.tsv",
    "how fast a model is trained here (`chromolens check --measure`), a row per fold",
    (
        MODEL,
        FOLD,
        integer("windows", "that an epoch shows"),
        integer("held_out", "windows of the fold's test groups"),
        number("seconds", "that an epoch takes; empty if nothing is trained", "s", missing=True),
        replace(_FIRST, missing=True),
        *_DEVICE,
    ),
)  # fmt: skip
