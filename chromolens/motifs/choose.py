"""Which windows are read closely: by TF-MoDISco, by the subsets, and to measure folds' scales."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from chromolens.motifs.pick import background_rows, pick_windows

BACKGROUND = 300


def thresholds(
    predictions: pd.DataFrame, explains: Mapping[str, str], *, percentile: float, of: str
) -> pd.DataFrame:
    """Threshold of the subsets for each task and fold: columns task, fold, threshold.

    ``explains`` maps each task of the network to the task whose labels it predicts.

    A percentile of the fold's held-out predictions, in target units: of all windows, or of the
    task's positives (``of`` "all", "positives"). Folds differ in scale, so each has its own.
    """
    rows = []
    for task, label in explains.items():
        for fold, held_out in predictions.groupby("fold"):
            chosen = held_out if of == "all" else held_out[held_out[f"{label}.label"] > 0]
            if len(chosen):
                rows.append((task, fold, np.percentile(chosen[label], percentile)))
    return pd.DataFrame(rows, columns=["task", "fold", "threshold"])


def choose(
    windows: pd.DataFrame,
    predictions: pd.DataFrame,
    thresholds: pd.DataFrame,
    explains: Mapping[str, str],
    *,
    count: int,
    sis_count: int,
    seed: int,
) -> pd.DataFrame:
    """Chosen windows: columns purpose, task, id, in the order in which they are to be read.

    Purposes: ``explain`` (positives of the task, drawn over all groups), ``sis`` (those of them
    whose held-out prediction reaches their fold's threshold), ``background`` (negatives, for the
    folds' scales; task "").
    """
    groups = sorted(predictions["group"].unique())
    rows = [
        ("background", "", i)
        for i in windows["id"].iloc[background_rows(windows, BACKGROUND, seed)]
    ]
    for task, label in explains.items():
        by = "positives" if windows[label].dropna().isin([0, 1]).all() else "predicted"
        draw = {"task": label, "groups": groups, "seed": seed, "by": by}
        chosen = pick_windows(windows, predictions, count=count, **draw)
        rows += [("explain", task, name) for name in chosen]
        passing = windows[windows["id"].isin(_passing(predictions, thresholds, task, label))]
        chosen = pick_windows(passing, predictions, count=sis_count, **draw)
        rows += [("sis", task, name) for name in chosen]
    return pd.DataFrame(rows, columns=["purpose", "task", "id"])


def _passing(
    predictions: pd.DataFrame, thresholds: pd.DataFrame, task: str, label: str
) -> pd.Series:
    """Ids whose held-out prediction (of the first replicate) reaches their fold's threshold."""
    limit = thresholds[thresholds["task"] == task].set_index("fold")["threshold"]
    first = predictions[predictions["replicate"] == 0]
    return first.loc[first[label] >= first["fold"].map(limit), "id"]
