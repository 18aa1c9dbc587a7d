"""How much of a job's work is one block: what a job that dies may lose."""

import time
from collections.abc import Iterator

import numpy as np

from chromolens.models.batching import BATCH_SIZE

_SECONDS = 5
"""A block is to take about so long: schedulers wait longer between SIGTERM and SIGKILL (30)."""


class Pace:
    """Blocks of whole batches, as many of them as take about ``_SECONDS``, at most ``most`` rows.

    The first block is one batch; each is up to twice the one before. How a series is cut changes
    no bit of any answer.
    """

    def __init__(self, batch: int | None, most: int):
        self._batch = min(batch or BATCH_SIZE, most)
        self._size, self._most = self._batch, most // self._batch * self._batch

    def blocks(self, places: np.ndarray) -> Iterator[range]:
        """Row numbers of ``places``, int (n,) ascending, in runs; what is done with one is timed.

        The series that the places are of is cut at multiples of a block's size.
        """
        begin = 0
        while begin < len(places):
            edge = self._size * (int(places[begin]) // self._size + 1)
            end = int(np.searchsorted(places, edge))
            began = time.monotonic()
            yield range(begin, end)
            self._took(time.monotonic() - began)
            begin = end

    def _took(self, seconds: float) -> None:
        if seconds < _SECONDS / 2:
            self._size = min(2 * self._size, self._most)
        elif seconds > 2 * _SECONDS:
            self._size = max(self._size // 2 // self._batch, 1) * self._batch
