"""Subsets as text, and cut into parts.

The paper's SIS string has the kept bases as letters and N elsewhere, outer Ns stripped; an
inner N is a letter like any other to the distance of ``clusters``.
"""

from collections.abc import Sequence

import numpy as np

FLANK = 10
"""Bases of the window kept on either side of a subset's span, so that its motif can be read."""


def sis_string(sequence: str, positions: Sequence[int]) -> str:
    """The SIS string of the positions (0-based, any order) of a sequence; empty for none."""
    if not len(positions):
        return ""
    kept = set(int(position) for position in positions)
    span = range(min(kept), max(kept) + 1)
    return "".join(sequence[place] if place in kept else "N" for place in span)


def surroundings(sequence: str, positions: Sequence[int], flank: int = FLANK) -> str:
    """All bases over the span of the positions and ``flank`` on either side (N past the end)."""
    padded = "N" * flank + sequence + "N" * flank
    return padded[min(positions) : max(positions) + 2 * flank + 1]


def split_at_gaps(positions: Sequence[int], gap: int = 10) -> list[np.ndarray]:
    """Sorted positions cut wherever ``gap`` or more bases between two of them are not kept."""
    positions = np.sort(np.asarray(positions, dtype=int))
    if not len(positions):
        return []
    return np.split(positions, np.flatnonzero(np.diff(positions) > gap) + 1)
