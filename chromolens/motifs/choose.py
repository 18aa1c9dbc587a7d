"""Which windows are read closely: by TF-MoDISco, by the subsets, and to measure folds' scales."""

from collections.abc import Mapping

import pandas as pd

from chromolens.motifs.pick import background_rows, pick_windows

BACKGROUND = 300


def choose(
    windows: pd.DataFrame,
    predictions: pd.DataFrame,
    candidates: Mapping[str, pd.Series],
    explains: Mapping[str, str],
    *,
    count: int,
    sis_count: int,
    seed: int,
) -> pd.DataFrame:
    """Chosen windows: columns purpose, task, id, in the order in which they are to be read.

    Purposes: ``explain`` (positives of the task, drawn over all groups), ``sis`` (those of them
    that are ``candidates``: task -> ids, see ``sis.thresholds``), ``background`` (negatives, for
    the folds' scales; task ""). ``explains`` maps each task of the network to the task whose
    labels it predicts.
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
        passing = windows[windows["id"].isin(candidates[task])]
        chosen = pick_windows(passing, predictions, count=sis_count, **draw)
        rows += [("sis", task, name) for name in chosen]
    return pd.DataFrame(rows, columns=["purpose", "task", "id"])
