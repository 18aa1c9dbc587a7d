"""Pieces of sequence around kept positions, and how two of them lie best against each other.

Two pieces are compared by their kept bases only, ungapped, at every offset and on both strands:
similarity is Jaccard's, the kept bases on which both agree over those kept by either.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.genome.intervals import Interval
from chromolens.genome.onehot import UNKNOWN, codes_of, codes_to_onehot, reverse_complement_codes
from chromolens.sis.strings import FLANK, split_at_gaps


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
    def letters(self) -> np.ndarray:
        """Kept bases, one-hot float32 (span, 4), zeros where not kept; without the flanks."""
        codes = np.where(self.kept, self.codes, UNKNOWN)[FLANK : len(self.codes) - FLANK]
        return codes_to_onehot(codes)

    def reversed(self) -> "Member":
        """The same on the other strand."""
        return Member(reverse_complement_codes(self.codes), self.kept[::-1], self.place)


def members_of(table: pd.DataFrame) -> list[Member]:
    """One member for each row of a table of subsets (columns id, positions, sequence)."""
    rows = zip(table["id"], table["positions"], table["sequence"], strict=True)
    return [_member(name, positions, sequence) for name, positions, sequence in rows]


def parts_of(member: Member, gap: int = 10, min_kept: int = 4) -> list[Member]:
    """The member cut at gaps of ``gap`` or more; parts of fewer than ``min_kept`` are left out."""
    parts = split_at_gaps(np.flatnonzero(member.kept), gap)
    return [_part(member, part) for part in parts if len(part) >= min_kept]


def distinct_places(members: Sequence[Member]) -> list[Member]:
    """One member per site: overlapping windows show the same site more than once."""
    return list({member.place: member for member in reversed(members)}.values())[::-1]


def pad_letters(members: Sequence[Member]) -> np.ndarray:
    """Kept bases of all, float32 (n, longest span, 4)."""
    letters = [member.letters for member in members]
    width = max(map(len, letters), default=1)
    padded = np.zeros((len(letters), width, 4), np.float32)
    for row, each in zip(padded, letters, strict=True):
        row[: len(each)] = each
    return padded


def distances(members: Sequence[Member]) -> np.ndarray:
    """1 - Jaccard similarity at the best offset and strand, float32 (n, n), 0 on the diagonal."""
    forward = pad_letters(members)
    reverse = pad_letters([member.reversed() for member in members])
    shared = np.maximum(_most_shared(forward, forward), _most_shared(forward, reverse))
    shared = np.maximum(shared, shared.T)
    sizes = forward.sum(axis=(1, 2))
    return 1 - shared / np.maximum(sizes[:, None] + sizes - shared, 1)


def aligned(member: Member, medoid: Member) -> tuple[Member, int]:
    """``member`` on the strand, and the offset of its span in the medoid's, that share most.

    Ties: the forward strand, then the smallest shift.
    """
    candidates = []
    for turned, piece in enumerate((member, member.reversed())):
        shared = _shared_by_offset(medoid.letters, piece.letters)
        offsets = np.arange(len(shared)) - (len(piece.letters) - 1)
        best = np.lexsort((np.abs(offsets), -shared))[0]
        candidates.append((-shared[best], turned, int(offsets[best]), piece))
    _, _, offset, piece = min(candidates, key=_rank)
    return piece, offset


def _rank(candidate: tuple) -> tuple:
    return candidate[:2]


def _shared_by_offset(medoid: np.ndarray, piece: np.ndarray) -> np.ndarray:
    """Agreeing kept bases with ``piece`` at offset -(its span - 1) and on."""
    return sum(np.correlate(medoid[:, base], piece[:, base], "full") for base in range(4))


def _most_shared(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Largest number of agreeing kept bases over all offsets, (n, n)."""
    count, width, _ = left.shape
    best = np.zeros((count, len(right)), np.float32)
    for offset in range(1 - width, width):
        one = left[:, max(0, offset) : width + min(0, offset)].reshape(count, -1)
        other = right[:, max(0, -offset) : width - max(0, offset)].reshape(len(right), -1)
        np.maximum(best, one @ other.T, out=best)
    return best


def _member(name: str, positions: str, sequence: str) -> Member:
    kept_at = np.array([int(position) for position in positions.split(",")])
    first, last = int(kept_at.min()), int(kept_at.max())
    kept = np.zeros(len(sequence), dtype=bool)
    kept[kept_at - first + FLANK] = True
    return Member(codes_of(sequence), kept, _place(name, first, last))


def _place(name: str, first: int, last: int) -> tuple[str, int, int]:
    chrom, start = origin(name)
    return chrom, start + first, start + last


def origin(name: str) -> tuple[str, int]:
    """Chromosome and start of a window id ``chrom:start-end``; a record's own name and 0."""
    chrom, colon, stretch = name.rpartition(":")
    start, dash, end = stretch.partition("-")
    if not (colon and dash and start.isdigit() and end.isdigit()):
        return name, 0
    window = Interval.parse(name)
    return window.chrom, window.start


def _part(member: Member, part: np.ndarray) -> Member:
    window = slice(part[0] - FLANK, part[-1] + FLANK + 1)
    kept = np.zeros(len(member.kept), dtype=bool)
    kept[part] = True
    chrom, first, _ = member.place
    start = first - FLANK
    place = chrom, int(start + part[0]), int(start + part[-1])
    return Member(member.codes[window], kept[window], place)
