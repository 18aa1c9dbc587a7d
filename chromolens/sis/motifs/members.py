"""Pieces of sequence around kept positions: subsets, and the parts of subsets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.genome.onehot import UNKNOWN, codes_of, reverse_complement_codes, sequence_of
from chromolens.sis.motifs.strings import FLANK, split_at_gaps


@dataclass(frozen=True)
class Member:
    """The kept positions of a subset, or of one part of it, with the bases around.

    Attributes
    ----------
    codes : uint8 (width,)
        Bases from FLANK before the first kept position to FLANK behind the last.
    kept : bool (width,)
    place : tuple
        Where the span lies: (chromosome or record, first, last); equal for the same site.
    """

    codes: np.ndarray
    kept: np.ndarray
    place: tuple[str, int, int]

    @property
    def string(self) -> str:
        """Kept bases as letters, N between them."""
        codes = np.where(self.kept, self.codes, UNKNOWN)
        return sequence_of(codes[FLANK : len(codes) - FLANK])

    def reversed(self) -> "Member":
        """The same on the other strand."""
        return Member(reverse_complement_codes(self.codes), self.kept[::-1], self.place)


def members_of(table: pd.DataFrame) -> list[Member]:
    """One member for each row of a table of subsets (columns id, positions, sequence)."""
    rows = zip(table["id"], table["positions"], table["sequence"], strict=True)
    return [_member(name, positions, sequence) for name, positions, sequence in rows]


def parts_of(member: Member, gap: int = 10) -> list[Member]:
    """The member cut at gaps of ``gap`` or more."""
    return [_part(member, part) for part in split_at_gaps(np.flatnonzero(member.kept), gap)]


def same_place(members: Sequence[Member]) -> tuple[np.ndarray, np.ndarray]:
    """Sites: number of each member's site (n,), and the first member of each (sites,).

    Overlapping windows show the same site more than once.
    """
    numbers: dict[tuple, int] = {}
    which = np.array([numbers.setdefault(each.place, len(numbers)) for each in members], int)
    return which, np.unique(which, return_index=True)[1]


def origin(name: str) -> tuple[str, int]:
    """Chromosome and start of a window id ``chrom:start-end``; a record's own name and 0."""
    chrom, colon, stretch = name.rpartition(":")
    start, dash, end = stretch.partition("-")
    if not (colon and dash and start.isdecimal() and end.isdecimal() and int(start) < int(end)):
        return name, 0
    return chrom, int(start)


def _member(name: str, positions: str, sequence: str) -> Member:
    kept_at = np.array([int(position) for position in positions.split(",")])
    first, last = int(kept_at.min()), int(kept_at.max())
    kept = np.zeros(len(sequence), dtype=bool)
    kept[kept_at - first + FLANK] = True
    chrom, start = origin(name)
    return Member(codes_of(sequence), kept, (chrom, start + first, start + last))


def _part(member: Member, part: np.ndarray) -> Member:
    window = slice(part[0] - FLANK, part[-1] + FLANK + 1)
    kept = np.zeros(len(member.kept), dtype=bool)
    kept[part] = True
    chrom, first, _ = member.place
    start = first - FLANK
    place = chrom, int(start + part[0]), int(start + part[-1])
    return Member(member.codes[window], kept[window], place)
