"""How sure an effect is: against drawn variants of the same kind in windows of like prediction.

A variant is held against those nulls of its kind whose prediction for the reference allele is
nearest to its own: half of the kind. A variant that is one more such draw has a p that is uniform,
since among it and its nulls every rank is equally likely.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from chromolens.tables.variants import VARIANTS
from chromolens.ties import TIE

ALIKE = 0.5
"""Share of the nulls of a kind, those of the most similar prediction, that a variant is held
against."""

CLEAR = 0.05
"""Largest q of an effect that is called clear."""


def judge(
    listed: pd.DataFrame,
    scored: pd.DataFrame,
    nulls: pd.DataFrame,
    predictions: pd.DataFrame,
    tasks: Sequence[str],
) -> pd.DataFrame:
    """``VARIANTS`` without its column model: a row per task and row of ``listed``.

    Parameters
    ----------
    listed
        ``LISTED``, as the file has them: one variant may stand there several times.
    scored, nulls
        ``SCORED`` for each variant once, and for the nulls.
    predictions
        ``tables.models.PREDICTIONS``: predictions for the held-out windows.
    """
    parts = []
    for task in tasks:
        own = scored[scored["task"] == task].reset_index(drop=True)
        found = p_values(own, nulls[nulls["task"] == task])
        own = pd.concat([own, found], axis=1)
        asked = own["p"].notna()
        own.loc[asked, "q"] = false_discovery_control(own.loc[asked, "p"]) if asked.any() else []
        own["activity"] = _activity(own, predictions, task)
        parts.append(listed.merge(own.drop(columns=["kind", "fold"]), on="variant", how="left"))
    return pd.concat(parts, ignore_index=True)[VARIANTS.after("model")]


def clearest(variants: pd.DataFrame) -> pd.DataFrame:
    """``VARIANTS`` of one task, each once: first those that pass ``CLEAR``, by their effects.

    Not by p: those of the largest effects are as small as the number of nulls lets them be.
    """
    once = variants.drop_duplicates("variant")
    order = np.lexsort((-once["effect"].abs(), ~(once["q"] <= CLEAR)))
    return once.iloc[order]


def p_values(scored: pd.DataFrame, nulls: pd.DataFrame) -> pd.DataFrame:
    """``nulls`` (how many), ``p`` and an empty ``q`` of each row of ``scored`` (one task).

    Effects are compared on one scale over the folds: relative to the mean of the fold's nulls.
    """
    scales = nulls["effect"].abs().groupby(nulls["fold"]).mean()
    nulls, scored = (
        table.assign(size=table["effect"].abs() / table["fold"].map(scales))
        for table in (nulls, scored)
    )
    found = pd.DataFrame({"nulls": 0, "p": np.nan, "q": np.nan}, index=scored.index)
    pools = dict(list(nulls.groupby("kind")))
    for kind, rows in scored.groupby("kind").groups.items():
        if kind not in pools:
            continue
        pool = pools[kind]
        own, sizes = scored.loc[rows], pool["size"].to_numpy()
        chosen = like(own["reference"].to_numpy(), pool["reference"].to_numpy())
        least = own["size"].to_numpy() - TIE * sizes.max()
        larger = (sizes[chosen] >= least[:, None]).sum(axis=1)
        found.loc[rows, "nulls"] = chosen.shape[1]
        found.loc[rows, "p"] = (1 + larger) / (1 + chosen.shape[1])
    return found


def like(predictions: np.ndarray, nulls: np.ndarray) -> np.ndarray:
    """Which of ``nulls`` (m,) are nearest to each of ``predictions`` (n,): int (n, k)."""
    count = max(1, round(ALIKE * len(nulls)))
    return np.stack(
        [np.argsort(np.abs(nulls - value), kind="stable")[:count] for value in predictions]
    )


def _activity(scored: pd.DataFrame, predictions: pd.DataFrame, task: str) -> np.ndarray:
    """Share of the task's positive windows of the same fold predicted below the active allele."""
    ours = np.array([task in sources.split(",") for sources in predictions["source"]], bool)
    positive = predictions[ours & (predictions["role"] == "positive")]
    most = scored[["reference", "alternative"]].max(axis=1).to_numpy()
    share = np.full(len(scored), np.nan)
    for fold, rows in positive.groupby("fold"):
        here = (scored["fold"] == fold).to_numpy()
        known = np.sort(rows[task].dropna().to_numpy())
        if len(known):
            share[here] = np.searchsorted(known, most[here]) / len(known)
    return share
