"""Zoom levels: of every so many bases the number of values, the extremes, sum and squares.

Bins lie on a grid from a chromosome's first base on, each level's four of the one before. A
browser that shows much of a chromosome reads them instead of the values.
"""

from collections.abc import Iterator
from math import fsum
from pathlib import Path
from tempfile import SpooledTemporaryFile

import numpy as np

from chromolens.genome.bigwig.sections import Sections

FIRST = 64
"""Bases in a bin of the finest level. UCSC's rule (wigToBigWig: summaries of less than half of the
values' size, theirs counted twice) asks for more than 32 where each base has a float."""
STEP, LEVELS = 4, 10  # as UCSC: bbiResIncrement, bbiMaxZoomLevels
_RECORDS = 1024  # in a section
_FIELDS = 8  # of a record: chromId, start, end, validCount, minVal, maxVal, sumData, sumSquares
_AT_ONCE = 2**14  # summaries that a level waits for: a step costs as much for few
_IN_MEMORY = 2**18  # bytes of a level before they go to the disk

CHROM, START, COUNT, SUM, SQUARES, LOW, HIGH = range(7)
"""Rows of summaries, float64 (7, bins): number of the chromosome, first base of the bin, number of
values, sum, sum of squares, smallest, largest."""


def summarise(
    cells: np.ndarray, known: np.ndarray, chroms: np.ndarray, firsts: np.ndarray
) -> np.ndarray:
    """Summaries of all bins of ``FIRST`` bases in which anything is known.

    ``cells`` float32 (n, bases), ``known`` bool of that shape; ``chroms`` and ``firsts`` (n,).
    """
    bins, here = cells.reshape(-1, FIRST), known.reshape(-1, FIRST)
    chosen, whole = np.arange(len(bins)), known.all()
    if not whole:  # looked at eight bases at once
        chosen = np.flatnonzero(here.view(np.uint64).any(axis=1))
        bins, here = bins[chosen], here[chosen]
    cell, place = np.divmod(chosen, cells.shape[1] // FIRST)
    found = np.empty((7, len(chosen)))
    found[CHROM], found[START] = chroms[cell], firsts[cell] + FIRST * place
    found[COUNT] = FIRST
    values = low = high = bins.T.copy()  # long rows, one base of each bin, are fast
    if not whole:
        found[COUNT], here = here.sum(axis=1), here.T
        values, low, high = (np.where(here, values, np.float32(to)) for to in (0, np.inf, -np.inf))
    # adding 0 makes 0 of -0: which of the two is the smaller one depends on the processor
    found[LOW], found[HIGH] = low.min(axis=0) + 0, high.max(axis=0) + 0
    exact = values.astype(np.float64)
    found[SUM], found[SQUARES] = exact.sum(axis=0), np.square(exact, out=exact).sum(axis=0)
    return found


_NONE = np.empty((7, 0))
_MERGED = ((slice(COUNT, SQUARES + 1), np.add), (LOW, np.minimum), (HIGH, np.maximum))


class Zooms:
    """All zoom levels of a file, and the total over it.

    Parameters
    ----------
    lengths : int (chromosomes,)
        Length (bp) of each chromosome.
    folder
        Where the levels wait on the disk until the values are written.
    """

    def __init__(self, lengths: np.ndarray, folder: str | Path):
        bins = [FIRST * STEP**level for level in range(LEVELS)]
        shown = [one for one in bins if one == FIRST or one < lengths.max()]
        self.levels = [Level(one, lengths, folder) for one in shown]
        self._count, self._low, self._high = 0, np.inf, -np.inf
        self._sum = self._squares = 0.0

    def add(self, summaries: np.ndarray) -> None:
        """Take the finest level's ``summaries``, later than all before."""
        self._add(summaries, last=False)

    def finish(self) -> None:
        """Write what waits for more."""
        self._add(_NONE, last=True)

    def _add(self, summaries: np.ndarray, last: bool) -> None:
        for level in self.levels:
            summaries = level.add(summaries, last=last)
        if summaries.size:
            self._count += int(summaries[COUNT].sum())
            self._low = min(self._low, float(summaries[LOW].min()))
            self._high = max(self._high, float(summaries[HIGH].max()))
            self._sum = fsum([self._sum, *summaries[SUM].tolist()])
            self._squares = fsum([self._squares, *summaries[SQUARES].tolist()])

    @property
    def total(self) -> tuple[int, float, float, float, float]:
        """Of all values: number, smallest, largest, sum, sum of squares; of none zeros."""
        if not self._count:
            return 0, 0.0, 0.0, 0.0, 0.0
        return self._count, self._low, self._high, self._sum, self._squares

    def close(self) -> None:
        """Let go of what waits on the disk."""
        for level in self.levels:
            level.sections.file.close()

    def worth(self, size: int) -> Iterator["Level"]:
        """The levels that save reading, where the values have ``size`` bytes.

        A level is kept if it has at most half the bytes of what is kept before it: of values far
        apart, bins of 64 bases would be as many as the values.
        """
        for level in self.levels:
            if 0 < 2 * level.sections.total <= size:
                size = level.sections.total
                yield level


class Level:
    """One zoom level: bins of ``reduction`` bases."""

    def __init__(self, reduction: int, lengths: np.ndarray, folder: str | Path):
        self.reduction, self.records = reduction, 0
        self._lengths = lengths
        self.sections = Sections(SpooledTemporaryFile(_IN_MEMORY, dir=folder))
        self._waiting: list[np.ndarray] = []
        self._many = 0  # bins in them
        self._open = _NONE  # written, and the next level's last bin may have more
        self._unwritten = np.empty((0, _FIELDS), "<u4")

    def add(self, summaries: np.ndarray, *, last: bool) -> np.ndarray:
        """Write ``summaries`` of this level; return those of the next one that are complete."""
        self._waiting.append(summaries)
        self._many += summaries.shape[1]
        if not last and self._many < _AT_ONCE:
            return _NONE
        written = self._open.shape[1]
        summaries = np.concatenate([self._open, *self._waiting], axis=1)
        self._waiting, self._many = [], 0
        self._write(summaries[:, written:], last)
        wide = STEP * self.reduction
        summaries[START] = np.floor(summaries[START] / wide) * wide
        places = summaries[: START + 1]
        begins = np.flatnonzero((np.diff(places, prepend=-1) != 0).any(axis=0))
        if not last and len(begins):  # more may come into the last bin
            self._open = summaries[:, begins[-1] :]
            summaries, begins = summaries[:, : begins[-1]], begins[:-1]
        merged = summaries[:, begins]
        if len(begins):
            for rows, ufunc in _MERGED:
                merged[rows] = ufunc.reduceat(summaries[rows], begins, axis=-1)
        return merged

    def _write(self, summaries: np.ndarray, last: bool) -> None:
        fresh = np.empty((summaries.shape[1], _FIELDS), "<u4")
        fresh[:, 0], fresh[:, 1], fresh[:, 3] = summaries[[CHROM, START, COUNT]]
        ends = summaries[START] + self.reduction
        fresh[:, 2] = np.minimum(ends, self._lengths[fresh[:, 0]])
        with np.errstate(over="ignore"):  # a sum beyond float32 is infinite, as in others' files
            fresh.view("<f4")[:, 4:] = summaries[[LOW, HIGH, SUM, SQUARES]].T
        self.records += len(fresh)
        records = np.concatenate([self._unwritten, fresh])
        turns = (np.flatnonzero(np.diff(records[:, 0])) + 1).tolist()
        for begin, end in zip([0, *turns], [*turns, len(records)], strict=True):
            waits = end == len(records) and not last  # what doesn't fill a section
            whole = end - (end - begin) % _RECORDS if waits else end
            for low in range(begin, whole, _RECORDS):
                own = records[low : min(low + _RECORDS, whole)]
                place = int(own[0, 0]), int(own[0, 1]), int(own[-1, 2])
                self.sections.append(*place, own.tobytes())
        self._unwritten = records[whole:]
