"""Which windows cover a chromosome, and which of its bases they cover.

The windows of a chromosome are a series: their starts, ascending. On a *grid* they are anchored to
the chromosome (0, stride, 2 stride, ...), with the last one moved back to end where the chromosome
ends; seen from the other strand the grid is its own mirror image exactly when (chromosome length -
window) is a multiple of the stride. On a circular chromosome the last ones lie across the origin.
On *regions* windows are read from a table (``inputs.genome.regions``). A series knows nothing of
shards, so a window is the same whoever computes it.

A track takes the middle of each window, ``keep`` bases: its kept part.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

import h5py
import numpy as np

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.genome.circular import with_copies
from chromolens.genome.intervals import Interval
from chromolens.genome.onehot import UNKNOWN
from chromolens.tables.inputs import REGIONS

POLICIES = ("mean", "centre", "distance_weighted", "nearest_summit")

Series = Callable[[str], np.ndarray]
"""Chromosome -> starts (bp, 0-based) of all its windows, ascending int64."""


@dataclass(frozen=True)
class Tiling:
    """How the genome is read in windows, and how their answers become one number per base.

    Parameters
    ----------
    window, stride
        Width of a window and distance between neighbours on a grid, in bp; 1 <= stride <= keep.
    stitching
        What overlapping windows say of a base: one of ``POLICIES``, see ``stitching``.
    max_n
        Windows with a larger share of unknown bases (N) than this are skipped: they leave
        their bases to the other windows over them, or absent.
    keep
        Bases in the middle of a window whose answers count, 1 <= keep <= window; 0: all of them.
    """

    window: int
    stride: int
    stitching: str = "mean"
    max_n: float = 0.5
    keep: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.keep <= self.window:
            raise BadInput(
                f"{self.keep} bp can't be kept of windows of {self.window} bp",
                expected=f"1 to {self.window}, or 0 for all",
            )
        if not 1 <= self.stride <= self.kept:
            raise BadInput(
                f"stride {self.stride} does not fit windows of which {self.kept} bp are kept",
                expected="1 <= stride <= that: no base between two windows",
            )
        if self.stitching not in POLICIES:
            raise BadInput(
                f"there is no stitching {self.stitching!r}", expected=f"one of {POLICIES}"
            )
        if not 0 <= self.max_n <= 1:
            raise BadInput(f"max_n is {self.max_n}", expected="a share between 0 and 1")

    @property
    def kept(self) -> int:
        """Width (bp) of a window's kept part."""
        return self.keep or self.window

    @property
    def margin(self) -> int:
        """Bases of a window before its kept part: the two have the same summit (width // 2)."""
        return self.window // 2 - self.kept // 2

    def settings(self) -> dict:
        """The fields by name."""
        return asdict(self)

    def keeps(self, codes: np.ndarray) -> np.ndarray:
        """Which windows are explained: codes uint8 (n, window) -> bool (n,)."""
        return (codes == UNKNOWN).sum(axis=1) <= self.max_n * self.window


def grid(sizes: Mapping[str, int], tiling: Tiling, circular: Container[str] = ()) -> Series:
    """The series of a grid on each chromosome of ``sizes`` (bp), some ``circular``."""
    return lambda chrom: window_starts(
        sizes[chrom], tiling.window, tiling.stride, chrom in circular
    )


def on_circles(series: Series, circular: Mapping[str, int], window: int) -> Series:
    """The ``series``, where windows across the origin of a circle stand at both its ends.

    ``circular``: length (bp) of each circular chromosome. Such a window has two places in the
    series, and a base belongs to one of them.
    """

    def found(chrom: str) -> np.ndarray:
        starts = series(chrom)
        if chrom not in circular:
            return starts
        return with_copies(starts, window, circular[chrom])

    return found


def window_starts(
    chrom_length: int, window: int, stride: int, circular: bool = False
) -> np.ndarray:
    """Starts of all windows of a chromosome, ascending int64; none if it is shorter than one.

    On a circular one the last windows lie across the origin.
    """
    if circular and chrom_length >= window:
        return np.arange(0, chrom_length, stride, dtype=np.int64)
    starts = np.arange(0, max(chrom_length - window + 1, 0), stride, dtype=np.int64)
    if len(starts) and starts[-1] + window < chrom_length:
        starts = np.append(starts, chrom_length - window)
    return starts


def firsts(series: Series, chromosomes: Iterable[str]) -> dict[str, int]:
    """The place of each chromosome's first window, where one chromosome follows another."""
    names = list(chromosomes)
    ends = np.cumsum([len(series(chrom)) for chrom in names])
    return dict(zip(names, [0, *ends.tolist()], strict=False))


def read_series(path: str) -> Series:
    """The series in the table ``path`` (``REGIONS``); no windows where it has no chromosome."""
    table = tables.read(REGIONS, path)
    found = {chrom: part.to_numpy(np.int64) for chrom, part in table.groupby("chrom")["start"]}
    return lambda chrom: found.get(chrom, np.zeros(0, np.int64))


def touching(starts: np.ndarray, width: int, region: Interval) -> slice:
    """Those of ascending ``starts`` from which ``width`` bases share one with ``region``."""
    first = np.searchsorted(starts, region.start - width, side="right")
    return slice(int(first), int(np.searchsorted(starts, region.end, side="left")))


@dataclass(frozen=True)
class Cover:
    """The bases of a region that windows cover, laid end to end.

    Attributes
    ----------
    starts, ends : int64 (s,)
        First base of each covered stretch, and the one behind its last; ascending, apart.
    """

    starts: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, starts: np.ndarray, width: int, region: Interval) -> "Cover":
        """What is covered of ``region`` by ``width`` bases from each of ascending ``starts``."""
        starts = starts[touching(starts, width, region)]
        behind = np.flatnonzero(np.diff(starts) > width) + 1  # those behind a gap
        low = np.append(starts[:1], starts[behind])
        high = np.append(starts[behind - 1], starts[-1:]) + width
        return cls(np.maximum(low, region.start), np.minimum(high, region.end))

    @classmethod
    def read(cls, group: h5py.Group) -> "Cover":
        """The cover of a region in a file of scores; BadInput where that doesn't say it."""
        if "stretch_start" not in group:
            raise BadInput(
                "the shard doesn't say which bases it covers",
                where=group.file.filename,
                remedy="it was made by an earlier version: run the study again",
            )
        return cls(*(group[key][:].astype(np.int64) for key in ("stretch_start", "stretch_end")))

    def __len__(self) -> int:
        return int((self.ends - self.starts).sum())

    def places(self, bases: np.ndarray) -> np.ndarray:
        """Where each of ``bases`` (in stretches, or before the first) lies, int64 (n,).

        Counted from the first covered base, so what lies before it is negative.
        """
        offsets = np.append(0, np.cumsum(self.ends - self.starts))
        stretch = np.maximum(np.searchsorted(self.starts, bases, side="right") - 1, 0)
        return offsets[stretch] + bases - self.starts[stretch]

    def holds(self, bases: np.ndarray) -> np.ndarray:
        """Which of ``bases`` are covered, bool (n,)."""
        before = np.searchsorted(self.starts, bases, side="right")
        return np.append(0, self.ends)[before] > bases

    def columns(self, start: int, end: int) -> slice:
        """The places of the covered bases of [start, end); none: an empty slice."""
        return slice(self._before(start), self._before(end))

    def laid_out(self, low: int, high: int) -> Iterator[tuple[int, slice]]:
        """Where columns [low, high) lie: the first base of each stretch of them, and its columns.

        The columns are counted from ``low``.
        """
        offsets = np.append(0, np.cumsum(self.ends - self.starts))
        near = slice(max(np.searchsorted(offsets, low, "right") - 1, 0),
                     np.searchsorted(offsets[:-1], high, "left"))  # fmt: skip
        firsts, lasts = np.maximum(offsets[:-1][near], low), np.minimum(offsets[1:][near], high)
        bases = self.starts[near] + firsts - offsets[:-1][near]
        for base, first, last in zip(*(a.tolist() for a in (bases, firsts, lasts)), strict=True):
            yield base, slice(first - low, last - low)

    def _before(self, base: int) -> int:
        """How many covered bases lie before ``base``."""
        return int(np.clip(base - self.starts, 0, self.ends - self.starts).sum())
