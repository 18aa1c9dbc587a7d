"""Which windows TF-MoDISco and SIS read: a seeded draw, balanced over groups.

A group is a chromosome, or a part of the records. TF-MoDISco fills its cap of seqlets in the
order of its input, so that a list by chromosome would leave the last chromosomes out.

Which windows are read closely: by TF-MoDISco, by the subsets, and to measure folds' scales.
"""

import logging
from collections.abc import Mapping

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.circular import across
from chromolens.tables.inputs import CHOSEN
from chromolens.ties import TIE, descending


def pick_windows(
    windows: pd.DataFrame,
    predictions: pd.DataFrame | None,
    *,
    task: str,
    groups: list[str],
    count: int,
    seed: int,
    by: str = "positives",
) -> list[str]:
    """Ids of at most ``count`` windows of ``groups`` for ``task``, in a shuffled order.

    Parameters
    ----------
    windows
        The windows table (columns id, group, role and one for each task).
    predictions
        Columns id and ``task``; read only by ``by="predicted"``; ids may repeat (averaged).
    count
        Where there are more, groups take turns until ``count`` are found.
    by
        ``positives``: drawn from the windows labelled 1 (tiles aside, which overlap);
        ``predicted``: those with the highest predictions of each group, whatever the label.
    seed
        The draw depends on it and on the set of windows, not on their order in the table.
    """
    if task not in windows:
        raise BadInput(f"the windows table has no task {task!r}")
    candidates = windows[windows["group"].isin(groups)]
    rng = np.random.default_rng(seed)
    if by == "positives":
        ranked = shuffle(_positives(candidates, task), rng)
    elif by == "predicted":
        ranked = _by_prediction(shuffle(candidates, rng), predictions, task)
    else:
        raise BadInput(f"windows picked by {by!r}", expected="positives or predicted")
    chosen = take_turns(ranked, count)
    return shuffle(chosen, rng)["id"].tolist()


def background_rows(windows: pd.DataFrame, count: int, seed: int) -> np.ndarray:
    """Positions in ``windows`` of at most ``count`` negatives, groups in turn; sorted.

    A table without negatives (regression, profiles) gives of its tiles, one without these (each
    window is of a class) of all.
    """
    numbered = windows.assign(_row=np.arange(len(windows)))
    role = next((role for role in ("negative", "tile") if (windows["role"] == role).any()), None)
    ranked = numbered if role is None else numbered[numbered["role"] == role]
    ranked = shuffle(ranked, np.random.default_rng(seed))
    return np.sort(take_turns(ranked, count)["_row"].to_numpy(dtype=int))


def shuffle(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The windows ``rows`` (column id) in an order that depends on their ids and ``rng`` only."""
    return rows.sort_values("id", kind="stable").sample(frac=1, random_state=rng)


def take_turns(ranked: pd.DataFrame, count: int) -> pd.DataFrame:
    """The first ``count`` when groups hand over their windows one by one, in ranked order."""
    turn = ranked.groupby("group", sort=False).cumcount()
    return ranked.loc[turn.sort_values(kind="stable").index[:count]]


def _positives(candidates: pd.DataFrame, task: str) -> pd.DataFrame:
    labels = candidates[task]
    if not labels.dropna().isin([0, 1]).all():
        raise BadInput(
            f"task {task!r} has no positives: its labels are not 0 and 1",
            expected="by: predicted, for tasks with numbers as labels",
        )
    return candidates[(labels == 1) & (candidates["role"] != "tile")]


def _by_prediction(
    candidates: pd.DataFrame, predictions: pd.DataFrame | None, task: str
) -> pd.DataFrame:
    if predictions is None or task not in predictions:
        raise BadInput(f"no predictions of task {task!r} to pick windows by")
    values = candidates["id"].map(predictions.groupby("id")[task].mean()).dropna()
    order = descending(values.to_numpy(), TIE * values.abs().max())
    return candidates.loc[values.index[order]]


logger = logging.getLogger(__name__)
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
    circular: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """Chosen windows (``CHOSEN``), in the order in which they are to be read.

    Purposes: ``explain`` (positives of the task, drawn over all groups), ``sis`` (those of them
    that are ``candidates``: task -> ids, see ``sis.thresholds``), ``background`` (negatives, for
    the folds' scales; task ""). ``explains`` maps each task of the network to the task whose
    labels it predicts. Windows across the origin of a ``circular`` chromosome (its length, bp) are
    left out, and counted in the log: motifs and subsets are named by places on a line.
    """
    if circular:
        over = across(windows["chrom"], windows["end"], circular)
        logger.info("%d windows lie across an origin and are not chosen", over.sum())
        windows = windows[~over].reset_index(drop=True)
    groups = sorted(predictions["group"].unique())
    # what is only trained on is explained by no model
    held_out = windows[windows["group"].isin(groups)]
    rows = [
        ("background", "", i)
        for i in held_out["id"].iloc[background_rows(held_out, BACKGROUND, seed)]
    ]
    for task, label in explains.items():
        by = "positives" if windows[label].dropna().isin([0, 1]).all() else "predicted"
        draw = {"task": label, "groups": groups, "seed": seed, "by": by}
        chosen = pick_windows(windows, predictions, count=count, **draw)
        rows += [("explain", task, name) for name in chosen]
        passing = windows[windows["id"].isin(candidates[task])]
        chosen = pick_windows(passing, predictions, count=sis_count, **draw)
        rows += [("sis", task, name) for name in chosen]
    return pd.DataFrame(rows, columns=CHOSEN.names)
