"""Zoom levels: of every so many bases the number of values, the extremes, sum and squares.

Bins lie on a grid from a chromosome's first base on, each level's four of the one before. A
browser that shows much of a chromosome reads them instead of the values.
"""

from collections.abc import Callable, Iterator
from math import fsum
from pathlib import Path
from tempfile import SpooledTemporaryFile

import numpy as np

from chromolens.genome.bigwig.sections import Sections

FIRST = 32
"""Bases in a bin of the finest level. UCSC's rule (wigToBigWig: summaries of at most half of the
values' size) gives 35 for a float per base; 32 divide a cell."""
STEP, LEVELS = 4, 10  # as UCSC: bbiResIncrement, bbiMaxZoomLevels
_RECORDS = 1024  # in a section
_AT_ONCE = 2**14  # summaries that a level waits for: a step costs as much for few
_IN_MEMORY = 2**18  # bytes of a level before they go to the disk

SUMMARY = np.dtype(
    [("sum", "f8"), ("squares", "f8"), ("low", "f4"), ("high", "f4")]
    + [("chrom", "u4"), ("start", "u4"), ("count", "u4")],
    align=True,
)
_RECORD = np.dtype(
    [("chrom", "<u4"), ("start", "<u4"), ("end", "<u4"), ("count", "<u4")]
    + [("low", "<f4"), ("high", "<f4"), ("sum", "<f4"), ("squares", "<f4")]
)


def summarise(
    cells: np.ndarray, known: np.ndarray, chroms: np.ndarray, firsts: np.ndarray
) -> np.ndarray:
    """Summaries (``SUMMARY``) of all bins of ``FIRST`` bases in which anything is known.

    ``cells`` float32 (n, bases), ``known`` bool of that shape; ``chroms`` and ``firsts`` (n,).
    """
    bins, here = cells.reshape(-1, FIRST), known.reshape(-1, FIRST)
    found = np.empty(len(bins), SUMMARY)
    found["chrom"] = np.repeat(chroms, cells.shape[1] // FIRST)
    found["start"] = (firsts[:, None] + np.arange(0, cells.shape[1], FIRST)).ravel()
    found["count"] = FIRST
    low = high = exact = bins
    if not here.all():
        found["count"] = np.count_nonzero(here, axis=1)
        low, high, exact = (np.where(here, bins, np.float32(to)) for to in (np.inf, -np.inf, 0))
    # adding 0 makes 0 of -0: which of the two is the smaller one is nobody's business
    found["low"], found["high"] = _folded(np.minimum, low) + 0, _folded(np.maximum, high) + 0
    exact, begins = exact.astype(np.float64).ravel(), np.arange(0, cells.size, FIRST)
    found["sum"] = np.add.reduceat(exact, begins)
    found["squares"] = np.add.reduceat(exact * exact, begins)
    return found[found["count"] > 0]


def _folded(of_two: Callable, values: np.ndarray) -> np.ndarray:
    """One number for each row, whose length is a power of two: halves joined by ``of_two``."""
    while (width := values.shape[1] // 2) > 0:
        values = of_two(values[:, :width], values[:, width:])
    return values[:, 0]


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
        longest = int(lengths.max())
        bins = [FIRST * STEP**level for level in range(LEVELS)]
        self.levels = [Level(one, lengths, folder) for one in bins if one == FIRST or one < longest]
        self._count, self._low, self._high, self._sum, self._squares = 0, np.inf, -np.inf, 0.0, 0.0

    def add(self, summaries: np.ndarray) -> None:
        """Take the finest level's ``summaries`` (``SUMMARY``), later than all before."""
        self._add(summaries, last=False)

    def finish(self) -> None:
        """Write what waits for more."""
        self._add(np.empty(0, SUMMARY), last=True)

    def _add(self, summaries: np.ndarray, last: bool) -> None:
        for level in self.levels:
            summaries = level.add(summaries, last=last)
        if len(summaries):
            self._count += int(summaries["count"].sum(dtype=np.int64))
            self._low = min(self._low, float(summaries["low"].min()))
            self._high = max(self._high, float(summaries["high"].max()))
            self._sum = fsum([self._sum, *summaries["sum"].tolist()])
            self._squares = fsum([self._squares, *summaries["squares"].tolist()])

    @property
    def total(self) -> tuple[int, float, float, float, float]:
        """Of all values: number, smallest, largest, sum, sum of squares; of none zeros."""
        if not self._count:
            return 0, 0.0, 0.0, 0.0, 0.0
        return self._count, self._low, self._high, self._sum, self._squares

    def worth(self, size: int) -> Iterator["Level"]:
        """The levels that save reading, where the values have ``size`` bytes.

        As UCSC's tools do, a level is kept if it has at most half the bytes of what is kept before it. Of
        single values far apart, bins of 32 bases would be as many as the values.
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
        self._open = np.empty(0, SUMMARY)  # written, and the next level's last bin may have more
        self._unwritten = np.empty(0, _RECORD)

    def add(self, summaries: np.ndarray, *, last: bool) -> np.ndarray:
        """Write ``summaries`` of this level; return those of the next one that are complete."""
        self._waiting.append(summaries)
        if not last and sum(map(len, self._waiting)) < _AT_ONCE:
            return summaries[:0]
        summaries, self._waiting = np.concatenate(self._waiting), []
        self._write(summaries, last)
        together = np.concatenate([self._open, summaries])
        wide = STEP * self.reduction
        bins = together["start"] // wide
        first = np.ones(len(together), bool)
        first[1:] = (bins[1:] != bins[:-1]) | (together["chrom"][1:] != together["chrom"][:-1])
        begins = np.flatnonzero(first)
        if not last and len(begins):  # more may come into the last one
            together, self._open = together[: begins[-1]], together[begins[-1] :]
            begins = begins[:-1]
        merged = together[begins]
        merged["start"] = merged["start"] // wide * wide
        if len(begins):
            for name, ufunc in _JOINED.items():
                merged[name] = ufunc.reduceat(together[name], begins)
        return merged

    def _write(self, summaries: np.ndarray, last: bool) -> None:
        records = np.empty(len(summaries), _RECORD)
        for name in ("chrom", "start", "count", "low", "high"):
            records[name] = summaries[name]
        with np.errstate(over="ignore"):  # a sum beyond float32 is infinite there, as in others' files
            records["sum"], records["squares"] = summaries["sum"], summaries["squares"]
        ends = summaries["start"].astype(np.int64) + self.reduction
        records["end"] = np.minimum(ends, self._lengths[summaries["chrom"]])
        self.records += len(records)
        records = np.concatenate([self._unwritten, records])
        turns = np.flatnonzero(np.diff(records["chrom"])) + 1
        for begin, end in zip([0, *turns.tolist()], [*turns.tolist(), len(records)], strict=True):
            open_run = end == len(records) and not last  # what doesn't fill a section waits
            whole = end - (end - begin) % _RECORDS if open_run else end
            for low in range(begin, whole, _RECORDS):
                self._write_section(records[low : min(low + _RECORDS, whole)])
        self._unwritten = records[whole:]

    def _write_section(self, records: np.ndarray) -> None:
        chrom, start, end = (records[name] for name in ("chrom", "start", "end"))
        self.sections.append(int(chrom[0]), int(start[0]), int(end[-1]), records.tobytes())


_JOINED = {"count": np.add, "low": np.minimum, "high": np.maximum, "sum": np.add, "squares": np.add}
