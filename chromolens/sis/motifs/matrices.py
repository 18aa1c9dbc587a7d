"""Matrices of aligned members: what stands there, and what the subsets keep of it.

A subset keeps only the bases it needs, so its letters say little of a motif: the PPM is read from
the sequence underneath, all bases of all members in the aligned frame. What they keep is a matrix
of its own, the weights. Subsets carry no contributions; the weights are in the place of a CWM.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chromolens.genome.onehot import codes_to_onehot
from chromolens.sis.motifs.members import Member
from chromolens.sis.motifs.strings import FLANK

MARGIN = 3
"""Bases beside a medoid's span that a motif reads; at most FLANK."""

PSEUDOCOUNT = 1.0
"""Bases added to each column of a PPM, a quarter of each kind."""


@dataclass(frozen=True)
class Matrices:
    """A motif of aligned members, columns A, C, G, T.

    Attributes
    ----------
    ppm : (length, 4)
        Frequencies of the bases.
    weights : (length, 4)
        Share of the members that keep this base here: rows sum to at most 1.
    bases : (length,)
        Members with a known base here.
    sites
        Members.
    """

    ppm: np.ndarray
    weights: np.ndarray
    bases: np.ndarray
    sites: int


def matrices(laid: Sequence[tuple[Member, int]], first: int, last: int) -> Matrices:
    """Matrices from column ``first`` to ``last`` (inclusive) and MARGIN around.

    ``laid`` are members as they lie, with the column of their first kept base.
    """
    counts, kept = np.zeros((2, last - first + 1 + 2 * MARGIN, 4))
    for member, offset in laid:
        # column of the member's first base in the motif
        start = offset - FLANK - (first - MARGIN)
        inside = slice(max(0, start), max(0, min(len(counts), start + len(member.codes))))
        seen = slice(inside.start - start, inside.stop - start)
        bases = codes_to_onehot(member.codes[seen])
        counts[inside] += bases
        kept[inside] += bases * member.kept[seen, np.newaxis]
    total = counts.sum(axis=1)
    ppm = (counts + PSEUDOCOUNT / 4) / (total + PSEUDOCOUNT)[:, np.newaxis]
    return Matrices(ppm, kept / max(len(laid), 1), total, len(laid))
