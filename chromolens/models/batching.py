"""Batches of one shape, and where a row stands in its batch.

The last bits of a row's answer depend on its place in the batch: kernels treat rows at the edges
of their blocks otherwise. So a row has a place in a series that it belongs to (a window's index
on its chromosome), and is always computed in row ``place % size`` of a batch of ``size`` rows,
whatever else is asked. What cuts a series (shards, restarts, rows left out) then changes no bit.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np

from chromolens.errors import BadInput
from chromolens.runlog import no_memory

logger = logging.getLogger("chromolens")
Found = TypeVar("Found")

BATCH_SIZE = 128
"""Rows in one call of a network, unless the caller says otherwise."""


def batches(places: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Row numbers of ``places``, int (n,) ascending, in runs that share a batch of ``size``."""
    if size < 1:
        raise BadInput(f"batch_size is {size}", expected="1 or more")
    ends = np.flatnonzero(np.diff(places // size, append=-1)) + 1
    return (np.arange(first, last) for first, last in pairwise([0, *ends]))


def place_rows(rows: np.ndarray, places: np.ndarray, size: int) -> np.ndarray:
    """A batch (size, ...): ``rows`` (m, ...) at ``places % size``, and zeros elsewhere."""
    batch = np.zeros((size, *rows.shape[1:]), rows.dtype)
    batch[places % size] = rows
    return batch


def pad_rows(rows: np.ndarray, size: int) -> np.ndarray:
    """``rows`` followed by zeros up to ``size`` rows."""
    return place_rows(rows, np.arange(len(rows)), size)


def halving(work: Callable[[int], Found], size: int) -> Found:
    """What ``work`` gives with ``size`` rows in a call; with half, and so on, if memory is short.

    ``work`` begins anew each time, so that one file is made with batches of one shape: its
    numbers are those of any job with so many rows, to the bit, and agree with those of ``size``
    rows to rounding. An error that isn't of memory, or comes with one row, is raised.
    """
    while True:
        try:
            return work(size)
        except Exception as error:
            if size == 1 or no_memory(error) is None:
                raise
            logger.warning(
                "out of memory with %d rows in a call: begun anew with %d; numbers agree to "
                "rounding (a smaller attribution.batch_size saves the attempt)",
                *(size, size // 2),
            )
        size //= 2  # not above: the error holds what the attempt left in memory


def check_places(places: Sequence[int] | None, count: int) -> np.ndarray:
    """``places`` as int (count,), 0, 1, ... where None; BadInput unless they ascend."""
    places = np.arange(count) if places is None else np.asarray(places)
    if places.shape != (count,) or not np.issubdtype(places.dtype, np.integer):
        raise BadInput(f"places of shape {places.shape}", expected=f"one integer for {count} rows")
    if (np.diff(places) <= 0).any() or (places < 0).any():
        raise BadInput("places don't ascend", expected="0 or more, each above the one before")
    return places
