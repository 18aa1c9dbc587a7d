"""Each input explained for a task of its own: contributions to the true class of each."""

from collections.abc import Callable, Sequence
from dataclasses import fields

import numpy as np

from chromolens.attribution.result import Result
from chromolens.errors import BadInput


def own_tasks(
    ask: Callable,
    inputs: np.ndarray,
    tasks: Sequence[int | str],
    references: str | np.ndarray,
    ids: Sequence[str] | None,
    places: np.ndarray,
) -> Result:
    """Input i of ``inputs`` (n, length, channels) explained for ``tasks[i]``.

    ``ask`` (inputs, tasks=, references=, ids=, places=) -> list of Result answers for one task at
    a time. A row keeps its place, so its answer doesn't depend on the others' tasks.
    """
    tasks = np.asarray(tasks)
    if tasks.shape != (len(inputs),):
        raise BadInput(
            f"there are {tasks.size} tasks for {len(inputs)} inputs", expected="one each"
        )
    collected: dict[str, np.ndarray] = {}
    for task in np.unique(tasks):
        rows = np.flatnonzero(tasks == task)
        names = None if ids is None else [ids[row] for row in rows]
        chosen = {"references": _of(references, rows), "ids": names, "places": places[rows]}
        (found,) = ask(inputs[rows], tasks=[task.item()], **chosen)
        _put(collected, found, rows, len(inputs))
    return Result(**collected)


def _of(references: str | np.ndarray, rows: np.ndarray) -> str | np.ndarray:
    own = not isinstance(references, str) and len(references) > 1
    return np.asarray(references)[rows] if own else references


def _put(collected: dict, found: Result, rows: np.ndarray, count: int) -> None:
    for name in (field.name for field in fields(Result)):
        value = getattr(found, name)
        if isinstance(value, np.ndarray):
            empty = np.zeros((count, *value.shape[1:]), value.dtype)
            collected.setdefault(name, empty)[rows] = value
        else:
            collected[name] = value
