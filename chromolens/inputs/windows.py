"""The windows table: what a model is trained and judged on, one row per window.

Columns for ``genome`` inputs: ``id`` (chrom:start-end, 0-based half-open), ``group`` (the
chromosome), ``chrom``, ``start``, ``end``; for ``sequences``: ``id``, ``group`` (part0, ...)
and ``sequence`` (A, C, G, T, N). Both go on with ``role`` (positive, negative or tile), ``source``
(the tasks whose events the window is centred on, comma-separated; or "negative", "tile"), ``gc``
(share of G and C among the known bases), ``shared`` (1 where the window shares a word of 32 bases
with one of another group) and one column per task: 1, 0, a number, or empty (masked).
"""

import gzip
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.runlog import atomic

GENOME_COLUMNS = ("id", "group", "chrom", "start", "end", "role", "source", "gc", "shared")
SEQUENCE_COLUMNS = ("id", "group", "sequence", "role", "source", "gc", "shared")
_TYPES = {"start": np.int64, "end": np.int64, "gc": np.float64, "shared": np.int64}
_TASK = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Prepared:
    """What preparing the inputs gives.

    Attributes
    ----------
    windows
        The windows table (see the module's docstring).
    dropped
        What was left out: reason, task ("" where no task is concerned), count, example.
    notes
        Numbers worth a line in the report, by name.
    """

    windows: pd.DataFrame
    dropped: pd.DataFrame
    notes: dict[str, float]


@dataclass
class Tally:
    """Counts what is left out, by reason and task, with the first example of each."""

    rows: dict[tuple[str, str], list] = field(default_factory=dict)

    def add(self, reason: str, task: str, examples: Iterable[str]) -> None:
        """Count every one of ``examples`` under ``reason`` for ``task``."""
        examples = list(examples)
        if examples:
            row = self.rows.setdefault((reason, task), [0, examples[0]])
            row[0] += len(examples)

    def describe(self, task: str) -> str:
        """Return what was left out for ``task``, as a phrase."""
        rows = [(reason, row) for (reason, name), row in self.rows.items() if name == task]
        counts = [f"{count} {reason} (first: {example})" for reason, (count, example) in rows]
        return f"{task}: {'; '.join(counts)}"

    def table(self) -> pd.DataFrame:
        """Return the columns reason, task, count, example."""
        rows = [(*key, *row) for key, row in self.rows.items()]
        return pd.DataFrame(rows, columns=["reason", "task", "count", "example"])


def task_names(windows: pd.DataFrame) -> list[str]:
    """Return the task columns of a windows table, in their order."""
    fixed = {*GENOME_COLUMNS, *SEQUENCE_COLUMNS}
    return [column for column in windows.columns if column not in fixed]


def check_task(name: str) -> None:
    """Raise BadInput unless ``name`` can name a task (it becomes a column and a file name)."""
    if name in {*GENOME_COLUMNS, *SEQUENCE_COLUMNS, "negative", "tile", "split", "where"}:
        raise BadInput(
            f"a task can't be named {name!r}: the windows table uses that word",
            expected="another name",
        )
    if not _TASK.fullmatch(name):
        raise BadInput(
            f"a task can't be named {name!r}", expected="letters, digits, '_', '.' and '-' only"
        )


def write_windows(windows: pd.DataFrame, path: str | Path) -> None:
    """Write a windows table as gzipped TSV; the same table gives the same bytes."""
    with atomic(path) as temporary, open(temporary, "wb") as raw:
        # Without a name and a time in its header, or the temporary name would change the bytes.
        with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
            windows.to_csv(file, sep="\t", index=False, float_format="%.9g")


def read_windows(path: str | Path) -> pd.DataFrame:
    """Read a windows table: gzipped or plain TSV, as ``write_windows`` writes it."""
    columns = _header(path)
    tasks = task_names(pd.DataFrame(columns=columns))
    kinds = dict.fromkeys(tasks, np.float64) | {
        column: _TYPES.get(column, str) for column in columns if column not in tasks
    }
    try:
        return pd.read_csv(
            path,
            sep="\t",
            dtype=kinds,
            keep_default_na=False,
            na_values=dict.fromkeys(["gc", *tasks], [""]),
        )
    except (ValueError, EOFError, gzip.BadGzipFile) as error:
        raise BadInput(f"the windows can't be read: {error}", where=str(path)) from error


def _header(path: str | Path) -> list[str]:
    try:
        columns = list(pd.read_csv(path, sep="\t", nrows=0).columns)
    except (ValueError, EOFError, OSError) as error:
        raise BadInput(f"the windows can't be read: {error}", where=str(path)) from error
    needed = SEQUENCE_COLUMNS if "sequence" in columns else GENOME_COLUMNS
    missing = [column for column in needed if column not in columns and column != "shared"]
    if missing:
        raise BadInput(
            f"the windows table lacks the columns {', '.join(missing)}",
            expected=", ".join(needed) + " and one column per task",
            where=str(path),
        )
    return columns


def rows_of(
    chosen: pd.DataFrame, windows: pd.DataFrame, purpose: str, tasks: Sequence[str], most: int
) -> Mapping[str, np.ndarray]:
    """Rows of ``windows`` chosen for ``purpose``, at most ``most`` a task, in the chosen order.

    ``chosen``: columns purpose, task, id (``motifs.choose``).
    """
    place = pd.Series(np.arange(len(windows)), index=windows["id"])
    kept = chosen[chosen["purpose"] == purpose]
    return {
        task: place[kept.loc[kept["task"] == task, "id"]].to_numpy(dtype=int)[:most]
        for task in tasks
    }


def check_roles(windows: pd.DataFrame, folds: pd.DataFrame, binary: Iterable[str]) -> None:
    """Raise BadInput unless every role of every fold can serve every task.

    Each of the ``binary`` tasks needs positives and negatives in each fold's test, validation
    and training windows; every role needs windows.
    """
    tasks = list(binary)
    for (fold, role), rows in folds.groupby(["fold", "role"], sort=False):
        inside = windows[windows["group"].isin(rows["group"])]
        where = f"{fold}, {role}: {', '.join(rows['group'])}"
        if inside.empty:
            raise BadInput("there are no windows", where=where, remedy="move groups between folds")
        for task in tasks:
            _check_classes(inside[task], task, where)


def _check_classes(labels: pd.Series, task: str, where: str) -> None:
    for value, word in ((1, "positives"), (0, "negatives")):
        if not (labels == value).any():
            raise BadInput(
                f"task {task} has no {word}: {int(labels.eq(1).sum())} positives, "
                f"{int(labels.eq(0).sum())} negatives, {int(labels.isna().sum())} masked",
                expected="both in every role of every fold",
                where=where,
                remedy="use fewer or larger folds, or leave this task out",
            )


def check_apart(windows: pd.DataFrame, folds: pd.DataFrame) -> None:
    """Raise BadInput if a window could be seen by a training that holds it out.

    Folds are made of whole groups, so it is enough that ids are unique, that a genome window's
    group is its chromosome, and that no group has two roles in a fold.
    """
    doubles = windows["id"][windows["id"].duplicated()]
    if len(doubles):
        raise BadInput(f"window {doubles.iloc[0]} stands in the table more than once")
    if "chrom" in windows and not windows["group"].equals(windows["chrom"]):
        odd = windows["id"][windows["group"] != windows["chrom"]].iloc[0]
        raise BadInput(f"window {odd} is in the group of another chromosome")
    twice = folds[folds.duplicated(["fold", "group"])]
    if len(twice):
        row = twice.iloc[0]
        raise BadInput(f"{row['group']} has two roles in {row['fold']}: its windows would leak")
