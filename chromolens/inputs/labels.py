"""Labels, wherever they come from: whether a model's objective can have them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from chromolens.errors import BadInput

CLASSES = ("binary", "classes")
"""Objectives whose labels are 0 and 1."""

_EXPECTED = {"binary": "0, 1, and nothing where it is unknown", "regression": "counts: 0 or more"}


def check_labels(windows: pd.DataFrame, tasks: Sequence[str], objective: str) -> None:
    """Raise BadInput if ``windows`` have labels of ``tasks`` that ``objective`` can't have.

    Parameters
    ----------
    windows
        Columns id and ``tasks``; NaN where a label is masked.
    objective
        ``binary``: 0 and 1. ``classes``: 1 for one of the tasks, 0 for all others.
        ``regression``: counts, 0 or more. ``continuous`` and ``profile``: any.
    """
    for task in tasks if objective in ("binary", "regression") else ():
        known = windows[windows[task].notna()]
        odd = known[~known[task].isin([0, 1]) if objective == "binary" else known[task] < 0]
        if len(odd):
            _refuse(known, odd, task, objective)
    if objective == "classes":
        _check_one_class(windows, tasks)


def _refuse(known: pd.DataFrame, odd: pd.DataFrame, task: str, objective: str) -> None:
    raise BadInput(
        f"{len(odd):,} of {len(known):,} labels of task {task!r} can't be those of a "
        f"{objective} model, such as {odd[task].iloc[0]:g}",
        expected=_EXPECTED[objective],
        where=f"window {odd['id'].iloc[0]}",
        remedy=_remedy(known[task]),
    )


def _remedy(labels: pd.Series) -> str:
    values = set(labels.unique())
    if values <= {-1, 0, 1}:
        return "write 0 for -1, or leave the label empty where it is unknown"
    if (labels < 0).any() or (labels % 1 != 0).any():
        return "say objective: continuous for measurements"
    classes = "; for classes give a column of 0 and 1 to each, and say objective: classes"
    return "say objective: regression for counts" + (classes if len(values) < 10 else "")


def _check_one_class(windows: pd.DataFrame, tasks: Sequence[str]) -> None:
    labels = windows[list(tasks)].to_numpy(float)
    one = (labels == 1).sum(axis=1) == 1
    wrong = ~np.isnan(labels).any(axis=1) & ~(one & np.isin(labels, [0, 1]).all(axis=1))
    if wrong.any():
        first = int(wrong.argmax())
        said = ", ".join(
            f"{task} {label:g}" for task, label in zip(tasks, labels[first], strict=True)
        )
        raise BadInput(
            f"{int(wrong.sum()):,} of {len(windows):,} windows are not of one class: {said}",
            expected=f"1 for one of {', '.join(tasks)} and 0 for the others",
            where=f"window {windows['id'].iloc[first]}",
            remedy="say objective: binary where a window may be of several classes or of none",
        )
