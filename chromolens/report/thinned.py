"""Long stretches of a track in few values: one for each of even stretches."""

from collections.abc import Callable

import numpy as np


def edges(length: int, most: int) -> np.ndarray:
    """Borders of at most ``most`` stretches of [0, length), evenly spread."""
    return np.linspace(0, length, min(most, length) + 1).astype(int)


def thinned(values: np.ndarray, summary: Callable, most: int) -> np.ndarray:
    """At most ``most`` values: ``summary`` of each stretch, NaN where all of it is absent."""
    stretches = np.split(values, edges(len(values), most)[1:-1])
    return np.array([summary(s) if np.isfinite(s).any() else np.nan for s in stretches])


def extreme(values: np.ndarray) -> float:
    """The value farthest from 0."""
    return values[np.nanargmax(np.abs(values))]
