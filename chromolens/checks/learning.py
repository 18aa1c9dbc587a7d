"""How good the model would be of fewer events: would more of them help?

The model is trained anew on a share of its training events, drawn once, so that a larger share
holds a smaller one; the other training windows are fewer in the same proportion
(``limited.limit_positives``). Validation and test windows stay. Whoever sees the metric still
rise at its end needs more events; a flat curve asks for another network, or better peaks.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.limited import limit_positives
from chromolens.models.judging.evaluate import evaluate_folds
from chromolens.models.training.train import train
from chromolens.runlog import progress
from chromolens.tables.checks import LEARNING


def learning_curve(
    windows: pd.DataFrame,
    source: str | None,
    folds: Folds,
    whole: pd.DataFrame,
    *,
    shares: Sequence[float],
    model: Mapping,
    name: str,
    seed: int,
) -> pd.DataFrame:
    """Held-out metrics of the model trained on ``shares`` of its events, and on all: ``LEARNING``.

    Parameters
    ----------
    windows, source
        As of ``open_inputs``: DNA.
    whole
        Its metrics as it is, pooled over the folds (``models.POOLED``).
    model
        Its settings: architecture, settings, objective, tasks, training.
    """
    inputs, tasks = open_inputs(windows, source), model["tasks"]
    question = {"tasks": tasks, "objective": model["objective"], "seed": seed}
    parts = []
    with TemporaryDirectory() as folder:
        for share in progress(shares, what="shares of the events"):
            paths, events = [Path(folder) / f"{fold}.keras" for fold in folds.roles], []
            for fold, path in zip(folds.roles, paths, strict=True):
                groups = folds.groups(fold, "training")
                fewer = fewer_events(windows, groups, tasks, share, seed)
                events.append(_positives(fewer, groups, tasks))
                train(
                    open_inputs(fewer, source),
                    architecture=model["architecture"],
                    architecture_settings=model["settings"],
                    training_groups=groups,
                    validation_groups=folds.groups(fold, "validation"),
                    path=path,
                    workdir=f"{path}.unfinished",
                    notes={"fold": fold, "replicate": 0},
                    **question,
                    **model["training"],
                )
            pooled = evaluate_folds(inputs, map(str, paths), folds, name=name, **question).pooled
            parts.append(_row(pooled, share, events))
    events = [_positives(windows, folds.groups(fold, "training"), tasks) for fold in folds.roles]
    return pd.concat([*parts, _row(whole, 1.0, events)], ignore_index=True)


def fewer_events(
    windows: pd.DataFrame, groups: Sequence[str], tasks: Sequence[str], share: float, seed: int
) -> pd.DataFrame:
    """``windows`` with ``share`` of each task's positives in ``groups`` (rounded up), one or more.

    Windows of other groups stay as they are.
    """
    inside = windows["group"].isin(groups)
    counts = _positives(windows, groups, tasks)
    most = {task: max(1, math.ceil(share * counts[task])) for task in tasks}
    kept = limit_positives(windows[inside], tasks, most, seed)
    return pd.concat([kept, windows[~inside]], ignore_index=True)


def _positives(windows: pd.DataFrame, groups: Sequence[str], tasks: Sequence[str]) -> pd.Series:
    return (windows.loc[windows["group"].isin(groups), list(tasks)] == 1).sum()


def _row(pooled: pd.DataFrame, share: float, events: list[pd.Series]) -> pd.DataFrame:
    """``LEARNING`` of trainings on ``events``, those of each task in each fold."""
    mean = pd.concat(events, axis=1).mean(axis=1)
    return pooled.assign(share=share, events=pooled["task"].map(mean))[LEARNING.names]
