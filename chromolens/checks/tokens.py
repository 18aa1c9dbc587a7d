"""Which tokens decide: contributions to each record's own class, and the tokens in their order."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from chromolens.inputs.windows import rows_called, task_names
from chromolens.scores import open_scores
from chromolens.tables.tokens import RANKED_TOKENS


class Own(NamedTuple):
    """Contributions (n, length) to each record's own class, and the target (n,); NaN: none."""

    contributions: np.ndarray
    values: np.ndarray


def own_class(windows: pd.DataFrame, files: Mapping[str, str | Path]) -> Own:
    """What was joined (``scores.EXPORT``) for each class, of the records of that class.

    ``windows`` is ``tables.inputs.TOKEN_WINDOWS``; ``files`` are by class.
    """
    length = len(windows["tokens"].iloc[0].split())
    own = Own(np.full((len(windows), length), np.nan), np.full(len(windows), np.nan))
    for task, path in files.items():
        with open_scores(path) as file:
            rows = rows_called(file["id"].asstr()[:], windows, "is explained", path)
            ours = windows[task].to_numpy()[rows] == 1
            own.contributions[rows[ours]] = file["contributions"][:][ours]
            own.values[rows[ours]] = file["values"][:][ours]
    return own


def by_token(text: str, contributions: np.ndarray) -> pd.Series:
    """What each different token of ``text`` adds, its places summed; the most first."""
    tokens = text.split()
    summed = pd.Series(contributions[: len(tokens)], tokens).groupby(level=0).sum()
    return summed.sort_values(ascending=False, kind="stable")


def rank(windows: pd.DataFrame, files: Mapping[str, str | Path]) -> pd.DataFrame:
    """``RANKED_TOKENS`` less model and method: the tokens of each explained record, in order."""
    own, rows = own_class(windows, files), []
    for task in task_names(windows):
        for row in np.flatnonzero((windows[task] == 1) & ~np.isnan(own.values)):
            ranked = by_token(windows["text"].iloc[row], own.contributions[row]).index
            rows.append((task, windows["id"].iloc[row], own.values[row], " ".join(ranked)))
    return pd.DataFrame(rows, columns=RANKED_TOKENS.names[2:])
