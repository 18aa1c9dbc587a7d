"""A stretch of a chromosome, 0-based and half-open, and the two ways to write it.

``chr1:100-300`` is for people and for window ids, ``chr1-100-300`` for file names.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.names import meant

_FIT_FOR_FILES = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, order=True)
class Interval:
    """Bases ``start`` to ``end`` (0-based, half-open) of ``chrom``; BadInput when empty."""

    chrom: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise BadInput(
                f"{self.chrom}:{self.start}-{self.end} is not an interval",
                expected="0 <= start < end (0-based, half-open)",
            )

    def __len__(self) -> int:
        return self.end - self.start

    def __str__(self) -> str:
        return f"{self.chrom}:{self.start}-{self.end}"

    @property
    def name(self) -> str:
        """``chrom-start-end``, for file names."""
        return f"{self.chrom}-{self.start}-{self.end}"

    @property
    def middle(self) -> int:
        """Base in the middle (the right one of two)."""
        return self.start + len(self) // 2

    @classmethod
    def from_name(cls, name: str) -> "Interval":
        """Read ``chrom-start-end``; ``chrom`` may itself hold dashes."""
        return cls._read(name, r"(.+)-(\d+)-(\d+)", "chrom-start-end")

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """Read ``chrom:start-end`` (0-based, half-open); ``chrom`` may itself hold colons."""
        return cls._read(text, r"(.+):(\d+)-(\d+)", "chrom:start-end")

    @classmethod
    def _read(cls, text: str, pattern: str, form: str) -> "Interval":
        match = re.fullmatch(pattern, text)
        if match is None:
            raise BadInput(f"{text!r} is not an interval", expected=form)
        return cls(match[1], int(match[2]), int(match[3]))

    def overlaps(self, other: "Interval") -> bool:
        """Whether the two share a base."""
        return self.chrom == other.chrom and self.start < other.end and other.start < self.end

    def contains(self, other: "Interval") -> bool:
        """Whether every base of ``other`` is in this interval."""
        return self.chrom == other.chrom and self.start <= other.start and other.end <= self.end


def check_name(name: str, what: str = "chromosome") -> str:
    """Return ``name`` if it can stand in a file name, else BadInput."""
    if not _FIT_FOR_FILES.fullmatch(name):
        raise BadInput(
            f"{name!r} can't be the name of a {what} that is explained: it goes into file names",
            expected="letters, digits, '_', '.' and '-', starting with a letter, digit or '_'",
            remedy=f"rename the {what} in its file, or leave it out of the study",
        )
    return name


def check_inside(interval: Interval, sizes: Mapping[str, int], where: str = "") -> Interval:
    """Return ``interval`` if it lies on a chromosome of ``sizes`` (bp), else BadInput."""
    if interval.chrom not in sizes:
        raise BadInput(
            f"{interval}: no chromosome {interval.chrom!r}{meant(interval.chrom, sizes)}",
            expected=f"one of {', '.join(list(sizes)[:20])}",
            where=where,
        )
    if interval.end > sizes[interval.chrom]:
        raise BadInput(
            f"{interval} goes past the end of {interval.chrom}",
            expected=f"an end of at most {sizes[interval.chrom]:,}",
            where=where,
        )
    return interval


def stretch(name: str, sizes: Mapping[str, int]) -> Interval:
    """Return the whole chromosome called ``name`` or, of a ``chrom-start-end``, that block.

    ``sizes``: length (bp) of each chromosome. BadInput for a name that is neither.
    """
    if name in sizes:
        return Interval(name, 0, sizes[name])
    return check_inside(Interval.from_name(name), sizes)


def is_block(name: str, sizes: Mapping[str, int]) -> bool:
    """Whether ``name`` is ``chrom-start-end`` of a chromosome of ``sizes``, not one's own name."""
    chrom = re.sub(r"-\d+-\d+$", "", name)
    return name not in sizes and chrom != name and chrom in sizes


def holders(
    stretches: Sequence[Interval], chroms: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> np.ndarray:
    """Return the number of the stretch that wholly holds each [start, end), int (n,); -1: none.

    ``stretches`` share no bases; ``chroms``, ``starts`` and ``ends`` are (n,).
    """
    found = np.full(len(starts), -1)
    for chrom in dict.fromkeys(one.chrom for one in stretches):
        number = np.array([n for n, one in enumerate(stretches) if one.chrom == chrom])
        first, last = np.array([(stretches[n].start, stretches[n].end) for n in number]).T
        order = np.argsort(first)
        first, last, number = first[order], last[order], number[order]
        here = np.flatnonzero(chroms == chrom)
        place = np.searchsorted(first, starts[here], side="right") - 1
        inside = (place >= 0) & (ends[here] <= last[place])
        found[here[inside]] = number[place[inside]]
    return found


def runs_of(chosen: np.ndarray) -> list[tuple[int, int]]:
    """(start, end) of each maximal stretch of ``chosen`` (bool), ascending."""
    if chosen.all():
        return [(0, len(chosen))] if len(chosen) else []
    framed = np.concatenate([[False], chosen, [False]])
    edges = np.flatnonzero(framed[1:] != framed[:-1]).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
