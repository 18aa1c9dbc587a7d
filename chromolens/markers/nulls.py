"""A number beside what chance or an untrained network gives: bands of null draws."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.ties import TIE

DRAWS = 10
"""Fewest draws of a band."""


@dataclass(frozen=True)
class Band:
    """A value among null draws, of which low and high are the smallest and the largest.

    rank: 1 where no draw is as large. p = (1 + draws that are as large or larger) / (1 + draws).
    """

    value: float
    low: float
    median: float
    high: float
    rank: int
    p: float
    draws: int


def band(value: float, draws: Sequence[float]) -> Band:
    """``value`` among null ``draws``; BadInput with fewer than ten, or where one isn't a number.

    A draw that is equal but for rounding is as large.
    """
    draws = np.asarray(draws, np.float64)
    if len(draws) < DRAWS or not np.isfinite(draws).all():
        raise BadInput(
            f"{np.isfinite(draws).sum()} null draws with a number, of {len(draws)}",
            expected=f"{DRAWS} or more, each with a number",
            remedy="draw more, or look at the networks that gave none",
        )
    larger = int((draws >= value - TIE * abs(value)).sum())
    return Band(
        float(value),
        float(draws.min()),
        float(np.median(draws)),
        float(draws.max()),
        1 + larger,
        (1 + larger) / (1 + len(draws)),
        len(draws),
    )


def bands(values: pd.Series, draws: pd.DataFrame) -> pd.DataFrame:
    """A row per statistic (``NULL_BANDS``): ``values`` by name, ``draws`` a column for each."""
    rows = [
        {"statistic": name} | asdict(band(value, draws[name])) for name, value in values.items()
    ]
    return pd.DataFrame(rows)


def against_maxima(values: pd.Series, draws: pd.DataFrame) -> pd.DataFrame:
    """``bands``, each value against the largest of each draw: p holds for all of them together.

    For chromosomes under permuted labels: ``values`` and the columns of ``draws`` (draws, names)
    are one statistic of each that compares between them (``peaks``, not shares).
    """
    largest = draws[list(values.index)].max(axis=1)
    return bands(values, pd.DataFrame(dict.fromkeys(values.index, largest)))
