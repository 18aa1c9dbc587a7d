"""The windows table: what a model is trained and judged on, one row per window.

Its columns are declared in ``tables/inputs.py``: ``GENOME_WINDOWS``, ``RECORD_WINDOWS``,
``SAMPLE_WINDOWS`` and ``TOKEN_WINDOWS``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval, is_block
from chromolens.tables.column import Table
from chromolens.tables.inputs import (
    CHOSEN,
    DROPPED,
    GENOME_WINDOWS,
    RECORD_WINDOWS,
    SAMPLE_WINDOWS,
    TOKEN_WINDOWS,
)
from chromolens.tables.models import PREDICTIONS

_FIXED = {
    *GENOME_WINDOWS.names,
    *RECORD_WINDOWS.names,
    *SAMPLE_WINDOWS.names,
    *TOKEN_WINDOWS.names,
}
_TAKEN = {*_FIXED, *PREDICTIONS.names, "negative", "tile", "split", "where"}
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
    covariates
        ``tables.inputs.COVARIATES``; None for kinds of inputs that have none.
    spiked
        ``tables.inputs.SPIKED``: the truth about simulated traits; likewise.
    """

    windows: pd.DataFrame
    dropped: pd.DataFrame
    notes: dict[str, float]
    covariates: pd.DataFrame | None = None
    spiked: pd.DataFrame | None = None


BEYOND = "beyond the share of events that is used"
"""The reason why ``top`` leaves an event out."""


@dataclass
class Tally:
    """Counts what is left out, by reason and task, with the first example of each."""

    rows: dict[tuple[str, str], list] = field(default_factory=dict)

    def add(self, reason: str, task: str, examples: Iterable[str]) -> None:
        """Count every one of ``examples`` under ``reason`` for ``task``."""
        examples = list(examples)
        if examples:
            self.count(reason, task, len(examples), examples[0])

    def count(self, reason: str, task: str, number: int, example: str) -> None:
        """Count ``number`` under ``reason`` for ``task``, of which ``example`` is the first."""
        self.rows.setdefault((reason, task), [0, example])[0] += number

    def describe(self, task: str) -> str:
        """Return what was left out for ``task``, as a phrase."""
        rows = [(reason, row) for (reason, name), row in self.rows.items() if name == task]
        counts = [f"{count} {reason} (first: {example})" for reason, (count, example) in rows]
        return f"{task}: {'; '.join(counts)}" if task else "; ".join(counts)

    def table(self) -> pd.DataFrame:
        """Return what was left out, as ``DROPPED``."""
        rows = [(*key, *row) for key, row in self.rows.items()]
        return pd.DataFrame(rows, columns=DROPPED.names)


def task_names(windows: pd.DataFrame) -> list[str]:
    """Return the task columns of a windows table, in their order."""
    return [column for column in windows.columns if column not in _FIXED]


def check_task(name: str, where: str = "") -> None:
    """Raise BadInput unless ``name`` can name a task (it becomes a column and a file name).

    ``where`` is the file that names it.
    """
    if name in _TAKEN:
        raise BadInput(
            f"a task can't be named {name!r}: the tables of windows use that word",
            expected="another name",
            where=where,
        )
    if not _TASK.fullmatch(name):
        raise BadInput(
            f"a task can't be named {name!r}",
            expected="letters, digits, '_', '.' and '-' only",
            where=where,
        )


def write_windows(windows: pd.DataFrame, path: str | Path) -> None:
    """Write a windows table; the same table gives the same bytes."""
    tables.write(_kind(windows.columns), windows, path)


def read_windows(path: str | Path) -> pd.DataFrame:
    """Read a windows table, of any kind of inputs."""
    return tables.read(_kind(tables.peek(path)), path)


def _kind(columns: Iterable[str]) -> Table:
    # a column that the other kinds don't have
    own = {"sequence": RECORD_WINDOWS, "row": SAMPLE_WINDOWS, "tokens": TOKEN_WINDOWS}
    return next((table for name, table in own.items() if name in columns), GENOME_WINDOWS)


def rows_of(
    chosen: pd.DataFrame, windows: pd.DataFrame, purpose: str, tasks: Sequence[str], most: int
) -> Mapping[str, np.ndarray]:
    """Rows of ``windows`` chosen for ``purpose``, at most ``most`` a task, in the chosen order.

    ``chosen``: ``tables.inputs.CHOSEN``.
    """
    kept = chosen[chosen["purpose"] == purpose]
    rows = rows_called(kept["id"], windows, "was chosen to be read", CHOSEN.file)
    return {task: rows[(kept["task"] == task).to_numpy()][:most] for task in tasks}


def rows_called(
    names: Sequence[str] | pd.Series, windows: pd.DataFrame, what: str, where: str | Path
) -> np.ndarray:
    """Rows of ``windows`` whose ids are ``names`` (n,); the file ``where`` says so, and ``what``
    of them."""
    names = np.asarray(names, dtype=object)
    rows = pd.Index(windows["id"]).get_indexer(names)
    if (rows < 0).any():
        raise BadInput(
            f"no window is called {names[rows < 0][0]!r}, which {what}",
            expected="an id of the model's windows",
            where=where,
            remedy="undo the edit, if there was one; else remove the file and run again",
        )
    return rows


def check_roles(
    windows: pd.DataFrame, folds: pd.DataFrame, binary: Iterable[str], tally: Tally
) -> None:
    """Raise BadInput unless every role of every fold can serve every task.

    Each of the ``binary`` tasks needs positives and negatives in each fold's test, validation
    and training windows; every role needs windows. ``tally`` may be the reason why not.
    """
    tasks = list(binary)
    for (fold, role), rows in folds.groupby(["fold", "role"], sort=False):
        inside = windows[windows["group"].isin(rows["group"])]
        where = f"{fold}, {role}: {', '.join(rows['group'])}"
        if inside.empty:
            raise BadInput(
                f"there are no windows{_left_out(tally, task_names(windows))}",
                where=where,
                remedy=f"move groups between folds{_or_raise_top(tally)}",
            )
        for task in tasks:
            _check_classes(inside[task], task, where, tally)


def _left_out(tally: Tally, tasks: list[str]) -> str:
    told = [tally.describe(task) for task in tasks if any(name == task for _, name in tally.rows)]
    return f"; left out of all folds: {'; '.join(told)}" if told else ""


def _or_raise_top(tally: Tally) -> str:
    beyond = any(reason.startswith(BEYOND) for reason, _ in tally.rows)
    return ", or use more of the events (inputs.top)" if beyond else ""


def _check_classes(labels: pd.Series, task: str, where: str, tally: Tally) -> None:
    for value, word in ((1, "positives"), (0, "negatives")):
        if not (labels == value).any():
            raise BadInput(
                f"task {task} has no {word}: {int(labels.eq(1).sum())} positives, "
                f"{int(labels.eq(0).sum())} negatives, {int(labels.isna().sum())} masked"
                f"{_left_out(tally, [task])}",
                expected="both in every role of every fold",
                where=where,
                remedy="use fewer or larger folds, or leave this task out" + _or_raise_top(tally),
            )


def check_apart(
    windows: pd.DataFrame, folds: pd.DataFrame, circular: Mapping[str, int] | None = None
) -> None:
    """Raise BadInput if a window could be seen by a training that holds it out.

    Folds are made of whole groups, so it is enough that ids are unique, that a genome window's
    group is its chromosome or a block that holds it, and that no group has two roles in a fold.
    A block that ends where a ``circular`` chromosome does may hold windows across the origin.
    """
    doubles = windows["id"][windows["id"].duplicated()]
    if len(doubles):
        raise BadInput(f"window {doubles.iloc[0]} stands in the table more than once")
    for group, rows in windows.groupby("group") if "chrom" in windows else ():
        elsewhere = rows["chrom"] != group
        if elsewhere.all() and is_block(group, dict.fromkeys(rows["chrom"])):
            block = Interval.from_name(group)
            elsewhere = (rows["chrom"] != block.chrom) | (rows["start"] < block.start)
            if block.end != (circular or {}).get(block.chrom):
                elsewhere |= rows["end"] > block.end
        for odd in rows["id"][elsewhere]:
            raise BadInput(f"window {odd} is in the group of another stretch, {group}")
    twice = folds[folds.duplicated(["fold", "group"])]
    if len(twice):
        row = twice.iloc[0]
        raise BadInput(f"{row['group']} has two roles in {row['fold']}: its windows would leak")
