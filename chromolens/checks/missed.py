"""Known motifs that a method misses: what the matches of a matrix add to a task's target.

A match is a place where the log-odds of a matrix are high: natural logarithms of frequency plus
``PSEUDOCOUNT``, not made to sum to 1 again, over the network's background; on the given strand. Of
each record the ``best`` matches are looked at, no two nearer to each other than half the matrix,
and those of ``min_log_odds`` or more count as good. A good match whose summed contribution is 0 or
less is missed (Shrikumar, Greenside and Kundaje, 2017, 4.2).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import plugins
from chromolens.errors import BadInput
from chromolens.motifs.meme import read_meme
from chromolens.scores import open_scores
from chromolens.tables.checks import MISSED, SCORED_MATCHES

PSEUDOCOUNT = 0.001
_DIGITS = 9  # of log-odds: what differs by rounding alone is equal


def read_matrices(meme: str | Path, names: Sequence[str]) -> dict[str, np.ndarray]:
    """The matrices (width, 4) of a MEME file called ``names``, or all; BadInput for others."""
    found = {identifier: ppm for identifier, _, ppm in read_meme(meme)}
    for name in names:
        plugins.check_one(name, list(found), "motif", str(meme))
    return {name: found[name] for name in names or found}


def mean_background(cards: Iterable[str | Path]) -> np.ndarray:
    """Frequencies (4,) of A, C, G, T: the mean over the networks whose sidecars ``cards`` are."""
    return np.mean([json.loads(Path(card).read_text())["background"] for card in cards], axis=0)


def log_odds(ppm: np.ndarray, background: Sequence[float]) -> np.ndarray:
    """Natural logarithms (width, 4) of frequency plus pseudocount over ``background`` (4,)."""
    return np.log(ppm + PSEUDOCOUNT) - np.log(background)


def best_matches(onehot: np.ndarray, weights: np.ndarray, best: int) -> pd.DataFrame:
    """Columns row, start and log_odds of the ``best`` matches of each row, the best first.

    ``onehot`` is (n, length, 4), ``weights`` (width, 4). A row has fewer where no more fit.
    """
    width = len(weights)
    if onehot.shape[1] < width:
        raise BadInput(
            f"a motif of {width} bp doesn't fit into {onehot.shape[1]} bp",
            expected=f"records of {width} bp or more",
            remedy="leave the motif out of checks.known_motifs.motifs",
        )
    windows = np.lib.stride_tricks.sliding_window_view(onehot, width, axis=1)
    scores = np.einsum("npcw,wc->np", windows.astype(np.float64), weights).round(_DIGITS)
    rows, found = np.arange(len(scores)), []
    places = np.arange(scores.shape[1])
    for _ in range(best):
        starts = scores.argmax(axis=1)
        found.append(pd.DataFrame({"row": rows, "start": starts, "log_odds": scores.max(axis=1)}))
        off = places - starts[:, None]
        scores[(off >= -(width // 2)) & (off < width // 2)] = -np.inf
    table = pd.concat(found)
    return table[np.isfinite(table["log_odds"])].sort_values("row", kind="stable")


def added(contributions: np.ndarray, matches: pd.DataFrame, width: int) -> np.ndarray:
    """Contributions (n, length) summed over each of ``matches``, ``width`` bases long."""
    sums = np.cumsum(np.pad(contributions.astype(np.float64), ((0, 0), (1, 0))), axis=1)
    rows, starts = matches["row"].to_numpy(), matches["start"].to_numpy()
    return sums[rows, starts + width] - sums[rows, starts]


def score_matches(
    files: Mapping[str, str | Path],
    windows: pd.DataFrame,
    matrices: dict[str, np.ndarray],
    background: Sequence[float],
    *,
    among: str,
    best: int,
    min_log_odds: float,
) -> pd.DataFrame:
    """Rows of ``SCORED_MATCHES``, less model and method: matches of all explained records.

    Parameters
    ----------
    files
        Task -> its joined records (``scores.EXPORT``), the same ones of every task.
    windows
        The windows table: who is positive in the task ``among``; all records are where it is
        empty.
    matrices, background
        As of ``read_matrices`` and ``mean_background``.
    best, min_log_odds
        How many matches of a record are looked at, and from which on they are good.
    """
    scores = {}
    for task, path in files.items():
        with open_scores(path) as file:
            ids, scores[task] = file["id"].asstr()[:], file["contributions"][:]
            onehot = file["raw/seq"][:].transpose(0, 2, 1)
    held = windows.set_index("id")[among] if among else pd.Series(1, windows["id"])
    found = []
    for name, ppm in matrices.items():
        table = best_matches(onehot, log_odds(ppm, background), best)
        table = table.assign(motif=name, id=ids[table["row"]], width=len(ppm))
        table["good"] = table["log_odds"] >= min_log_odds
        table["among"] = (held.loc[table["id"]] == 1).to_numpy()
        for task, contributions in scores.items():
            sums = added(contributions, table, len(ppm))
            found.append(table.assign(task=task, contribution=sums))
    return pd.concat(found, ignore_index=True)[SCORED_MATCHES.after("model", "method")]


def count_missed(matches: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``MISSED`` of scored matches: a row for each model, task, method and motif."""
    rows = []
    for key, every in matches.groupby(["model", "method", "task", "motif"], sort=False):
        own = every.loc[every["good"] & every["among"], "contribution"]
        missed = int((own <= 0).sum())
        share = missed / len(own) if len(own) else np.nan
        rows.append((*key, len(own), missed, share, own.mean()))
    return pd.DataFrame(rows, columns=MISSED.names)
