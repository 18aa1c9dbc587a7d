"""Windows with either allele, all bases from the genome.

A variant stands at several places of the window. Its reference window is the genome's. The other
allele is put in twice where its length differs: once with all that stands left of it kept in
place (the left anchor), once with all that stands right of it; the far side is filled with what
lies beyond in the genome, or left out. Nothing is padded.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import codes_of

NEIGHBOURHOOD = 20
"""Bases on either side of a null variant that come with it into its host: more than most motifs
have; in short windows a fifth of the window."""


class Haplotypes(NamedTuple):
    """Windows of variants, each distinct reference window once.

    Attributes
    ----------
    codes : uint8 (rows, window)
        0..3, and 4 for N.
    reference : int (n, places)
        Row of the genome's window of each variant at each place.
    alternative : int (n, places, 2)
        Rows with the other allele, by the left and the right anchor; one row where the two
        alleles have one length.
    """

    codes: np.ndarray
    reference: np.ndarray
    alternative: np.ndarray


def stands_of(settings: Mapping[str, Any]) -> np.ndarray:
    """Where in its windows a variant's first base stands: int (places or fewer,), ascending.

    ``places`` of them lie evenly over ``spread`` (a share of the ``window``, in bp) on either side
    of its middle; a single one in the middle.
    """
    window, count = settings["window"], settings["places"]
    reach = round(settings["spread"] * window) if count > 1 else 0
    return np.unique(window // 2 + np.linspace(-reach, reach, count).round().astype(int))


def needed(
    start: int, removed: str, added: str, window: int, stands: np.ndarray
) -> tuple[int, int]:
    """First base, and behind the last, that the windows of a variant read."""
    spare = abs(len(added) - len(removed))
    return int(start - stands[-1] - spare), int(start - stands[0] + window + spare)


def haplotypes(
    genome: Genome, variants: pd.DataFrame, window: int, stands: np.ndarray
) -> Haplotypes:
    """The windows of ``variants`` (chrom, start, removed, added), at the places ``stands``.

    With a host (host_chrom, host: the base whose place ``start`` takes) the windows are the
    host's, but for the variant's neighbourhood. Variants that begin at one base share their
    reference windows.
    """
    rows: list[np.ndarray] = []
    known: dict[tuple[str, int], int] = {}
    reference, alternative = [], []
    count, along = len(stands), np.arange(window)
    for row in variants.itertuples(index=False):
        chrom, start, removed, added = row.chrom, row.start, row.removed, row.added
        first, last = needed(start, removed, added, window, stands)
        piece = _piece(genome, row, first, last, window)
        begins = (start - stands - first)[:, None] + along
        if (chrom, start) not in known:
            known[chrom, start] = len(rows)
            rows += list(piece[begins])
        reference.append(known[chrom, start] + np.arange(count))
        at, longer = start - first, len(added) - len(removed)
        changed = np.concatenate([piece[:at], codes_of(added), piece[at + len(removed) :]])
        anchors = [len(rows) + np.arange(count)]
        rows += list(changed[begins])
        if longer:
            anchors.append(len(rows) + np.arange(count))
            rows += list(changed[begins + longer])
        alternative.append(np.stack([anchors[0], anchors[-1]], axis=1))
    return Haplotypes(np.stack(rows), np.stack(reference), np.stack(alternative))


def _piece(genome: Genome, row: object, first: int, last: int, window: int) -> np.ndarray:
    """Codes around a variant, from ``first`` to ``last``: the genome's, or its host's."""
    host = getattr(row, "host", row.start)
    if host == row.start:
        return genome.codes(row.chrom, first, last)
    moved = host - row.start
    piece = genome.codes(row.host_chrom, first + moved, last + moved).copy()
    near = min(NEIGHBOURHOOD, window // 5)
    begin, end = row.start - near, row.start + len(row.removed) + near
    piece[begin - first : end - first] = genome.codes(row.chrom, begin, end)
    return piece
