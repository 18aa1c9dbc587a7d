"""How fast a network is trained on this device: its training, on some of its windows."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pandas as pd

from chromolens.inputs.batches import Inputs
from chromolens.inputs.folds import Folds
from chromolens.models import devices
from chromolens.models.training import data
from chromolens.models.training.train import train
from chromolens.tables.study import TRAINING_SPEED

_EPOCHS = 3
"""The first one draws the graph, and isn't counted."""
_FEW, _MOST = 256, 65536
_SECONDS = 4.0
"""An epoch is drawn from so few windows, and from so many as take that long, or from the most."""
_LONGER = 32
"""How many times as many windows are tried next, at most."""
_OF_EACH = 16
"""Fewest windows with an event of a task, and without, as long as there are as many."""


class Epochs(NamedTuple):
    """How many windows each of some epochs shows, its seconds, and what the first takes more."""

    shown: int
    seconds: float
    graph: float


def measure_training(
    windows: pd.DataFrame,
    opened: Callable[[pd.DataFrame], Inputs],
    folds: Folds,
    path: str | Path,
    *,
    name: str,
    tasks: list[str],
    training: Mapping[str, object],
    seed: int,
    **model: object,
) -> pd.DataFrame:
    """Write a network to ``path`` that is hardly trained; say how long epochs of each fold take.

    Parameters
    ----------
    windows, opened
        The windows table, and what opens some of its rows (``open_inputs``).
    folds
        The first is measured; epochs of the others take longer or less by their windows.
    path
        Of the network; its sidecar is written beside it.
    name
        Of the model.
    tasks, training, seed, model
        As of ``train``.

    Returns
    -------
    ``TRAINING_SPEED``, a row per fold; seconds are NaN where nothing is trained.
    """
    start, first = time.process_time(), next(iter(folds.roles))

    def each(count: int) -> Epochs:
        part = opened(_some(windows, tasks, folds.only(first), count, seed))
        groups = folds.groups(first, "training")
        with TemporaryDirectory() as folder:
            history = train(
                part,
                tasks=tasks,
                training_groups=groups,
                validation_groups=folds.groups(first, "validation"),
                path=path,
                workdir=Path(folder, "unfinished"),
                notes={"fold": first, "replicate": 0},
                seed=seed,
                **model,
                **{**training, "epochs": _EPOCHS, "patience": _EPOCHS},
            )
        graph, *epochs = history["seconds"].tolist() or [np.nan, np.nan]
        mean = float(np.mean(epochs))
        return Epochs(shown(part, tasks, groups, training), mean, max(0.0, graph - mean))

    beside, seconds, graph = by_size(each)
    whole, rows = opened(windows), []
    for fold in folds.roles:
        epoch = shown(whole, tasks, folds.groups(fold, "training"), training)
        held_out = len(folds.rows(windows, fold, "test"))
        rows.append((name, fold, epoch, held_out, beside + seconds * epoch, graph))
    table = pd.DataFrame(rows, columns=TRAINING_SPEED.names[:6])
    return table.assign(start=start, **devices.taken())


def by_size(each: Callable[[int], Epochs]) -> tuple[float, float, float]:
    """Seconds of an epoch beside its windows, of a window, and what the first epoch takes more.

    ``each`` trains on about so many windows. With few of them an epoch is mostly what it takes
    beside them, so larger ones are measured too, unless the smallest takes long enough.
    """
    count, few = _FEW, each(_FEW)
    if not 2 * few.seconds < _SECONDS:
        return 0.0, few.seconds / few.shown, few.graph
    many, shown_before = few, 0
    while 2 * many.seconds < _SECONDS and many.shown > shown_before and count < _MOST:
        longer = min(_LONGER, _SECONDS / max(many.seconds, 0.01))
        count, shown_before = min(_MOST, round(count * longer)), many.shown
        many = each(count)
    more = many.shown - few.shown
    seconds = (many.seconds - few.seconds) / more if more else 0.0
    beside = few.seconds - seconds * few.shown
    if seconds <= 0 or beside < 0:  # too short to be told apart
        beside, seconds = 0.0, many.seconds / many.shown
    return beside, seconds, many.graph


def shown(
    inputs: Inputs, tasks: list[str], groups: Sequence[str], training: Mapping[str, object]
) -> int:
    """How many windows of ``groups`` an epoch shows."""
    rows = data.select(inputs, tasks, list(groups), "training")
    if not training.get("negatives"):
        return len(rows)
    positive = (inputs.labels(rows, tasks) == 1).any(axis=1)
    return len(data.Draw(positive, training["negatives"])(np.random.default_rng(0)))


def _some(
    windows: pd.DataFrame, tasks: list[str], folds: Folds, count: int, seed: int
) -> pd.DataFrame:
    """About ``count`` training windows of the one fold, and as large a share for validation."""
    (fold,) = folds.roles
    rng, kept = np.random.default_rng(seed), []
    share = count / len(folds.rows(windows, fold, "training"))
    for role in ("training", "validation"):
        rows = rng.permutation(folds.rows(windows, fold, role))
        labels = windows[tasks].to_numpy(dtype=float)[rows]
        kept.append(rows[: round(share * len(rows))])
        for column in [*(labels > 0).T, *(labels == 0).T]:
            kept.append(rows[column][:_OF_EACH])
    return windows.iloc[np.unique(np.concatenate(kept))].reset_index(drop=True)
