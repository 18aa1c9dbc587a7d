"""Fewer positives: so that models of different tasks are trained on as much as one another."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.shuffles import seed_of
from chromolens.inputs.chosen import shuffle, take_turns
from chromolens.runlog import logger


def limit_positives(
    windows: pd.DataFrame, tasks: Sequence[str], most: int | Mapping[str, int], seed: int
) -> pd.DataFrame:
    """The windows with at most ``most`` positives of each of ``tasks``, in their order.

    ``most`` is one number, or one for each task. Positives are drawn by groups in turn
    (``chosen.take_turns``). A window drawn for one task keeps its label of another only if it is
    drawn for that too, else that label is masked; one drawn for none is removed. In each group the
    other windows (negatives, tiles) are reduced in the proportion of its positives that stay; in
    a group without positives, in that of all.
    What is drawn depends on ids and ``seed``, not on the order of the rows.

    Raises
    ------
    BadInput
        ``most`` below 1, or labels other than 0, 1 and masked.
    """
    limits = most if isinstance(most, Mapping) else dict.fromkeys(tasks, most)
    _check(windows, limits)
    windows = windows.reset_index(drop=True)
    labels = windows[list(tasks)]
    before = (labels == 1).to_numpy()
    after = np.column_stack([_drawn(windows, task, limits[task], seed) for task in tasks])
    positive, stays = before.any(axis=1), after.any(axis=1)
    kept = windows.index[stays].union(_others(windows, positive, stays, seed))
    logger.info(
        "fewer positives: %s; %d of %d windows stay",
        *(_counts(tasks, before, after), len(kept), len(windows)),
    )
    masked = windows.assign(**dict(labels.mask(before & ~after)))
    return masked.loc[kept].reset_index(drop=True)


def _check(windows: pd.DataFrame, limits: Mapping[str, int]) -> None:
    for task, most in limits.items():
        if most < 1:
            raise BadInput(f"at most {most} positives", expected="1 or more")
        odd = windows.loc[~windows[task].isin([0, 1]) & windows[task].notna(), task]
        if len(odd):
            raise BadInput(
                f"task {task!r} has no positives to draw from: it has the label {odd.iloc[0]:g}",
                expected="labels 1, 0 and masked, as events give them",
            )


def _drawn(windows: pd.DataFrame, task: str, most: int, seed: int) -> np.ndarray:
    """Whether each window is a positive of ``task`` that stays: bool (n,)."""
    rng = np.random.default_rng(seed_of(f"positives:{task}", seed))
    chosen = take_turns(shuffle(windows[windows[task] == 1], rng), most)
    return windows.index.isin(chosen.index)


def _others(windows: pd.DataFrame, positive: np.ndarray, stays: np.ndarray, seed: int) -> pd.Index:
    """Index of the windows without a positive label that stay."""
    share = pd.Series(stays[positive]).groupby(windows["group"].to_numpy()[positive]).mean()
    overall, chosen = stays.sum() / max(positive.sum(), 1), []
    for group, rows in windows[~positive].groupby("group"):
        rng = np.random.default_rng(seed_of(f"others:{group}", seed))
        count = round(len(rows) * share.get(group, overall))
        chosen += shuffle(rows, rng).index[:count].tolist()
    return pd.Index(chosen, dtype=windows.index.dtype)


def _counts(tasks: Sequence[str], before: np.ndarray, after: np.ndarray) -> str:
    counts = zip(tasks, after.sum(axis=0), before.sum(axis=0), strict=True)
    return ", ".join(f"{task} {kept} of {there}" for task, kept, there in counts)
