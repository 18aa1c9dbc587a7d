"""Circular chromosomes: a window across the origin runs past the end, on to the first bases.

Such a window starts on the chromosome and ends behind it: of 1,000 bp, [950, 1150) is [950, 1000)
and [0, 150). What is said base by base stays on [0, length). ``circular`` is the length (bp) of
each circular chromosome; all others are linear.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd


def wrapped(
    chroms: np.ndarray | str, starts: np.ndarray, circular: Mapping[str, int]
) -> np.ndarray:
    """Return ``starts`` int64 (n,), those on circular ``chroms`` (n,) brought to [0, length).

    ``chroms`` may be one name, of all.
    """
    found = np.array(starts, dtype=np.int64)
    for chrom, size in circular.items():
        here = np.asarray(chroms) == chrom
        found[here] %= size
    return found


def pieces(start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of [0, ``size``) that [start, end) is on a circle, in its order."""
    while start < end:
        low = start % size
        high = min(low + end - start, size)
        yield low, high
        start += high - low


def across(chroms: pd.Series, ends: pd.Series, circular: Mapping[str, int]) -> np.ndarray:
    """Return which windows, that end at ``ends``, lie across an origin: bool (n,)."""
    return ends.to_numpy() > chroms.map(circular).fillna(np.inf).to_numpy(dtype=float)


def with_laps(
    table: pd.DataFrame, columns: Sequence[str], circular: Mapping[str, int]
) -> pd.DataFrame:
    """Return ``table`` with its rows on circular chromosomes again, one lap before and behind.

    ``columns`` hold places. So what is near on the circle is near in numbers.
    """
    here = table[table["chrom"].isin(list(circular))]
    size = here["chrom"].map(circular).astype(np.int64)
    moved = [here.assign(**{c: here[c] + lap * size for c in columns}) for lap in (-1, 1)]
    return pd.concat([table, *moved], ignore_index=True) if len(here) else table


def with_copies(starts: np.ndarray, window: int, size: int) -> np.ndarray:
    """Return ascending ``starts`` int64 of windows of a circle of ``size`` bp, copies before them.

    The copies are those across the origin, one lap before: their starts are negative. So the
    windows over any stretch of [0, size) are found by their places.
    """
    return np.concatenate([starts[starts + window > size] - size, starts])
