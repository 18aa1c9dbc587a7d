"""How alike motifs are, all against all, and how one lies best on another.

The measure is the correlation of two PPMs less 1/4, with zeros where one of them doesn't reach, at
the best offset and strand. Bases that only one motif has
count against the match by how informative they are: a motif and the part of it that holds a
share s of its squared weight are alike by sqrt(s).
"""

from collections.abc import Sequence

import numpy as np

from chromolens.motifs.ppm import normalise, reverse_complement
from chromolens.ties import first_best

ALIKE = 1e-3
"""Share of the best similarity by which another strand or offset is no worse: a palindrome's two
strands differ in a few of its sites."""


def products(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Sum of products of two matrices at every offset, (len(first) + len(second) - 1,)."""
    return sum(np.correlate(first[:, base], second[:, base], "full") for base in range(4))


def similarity(first: np.ndarray, second: np.ndarray) -> float:
    """Similarity of two PPMs (length, 4); 0 where one has no bits."""
    a, b = normalise(first) - 0.25, normalise(second) - 0.25
    norm = np.sqrt((a**2).sum() * (b**2).sum())
    best = max(products(a, turned).max() for turned in (b, reverse_complement(b)))
    return float(best / norm) if norm > 0 else 0.0


def similarities(ppms: Sequence[np.ndarray]) -> np.ndarray:
    """Similarity of each pair of PPMs (length, 4), float64 (n, n); 0 for those without bits."""
    forward = _weights(ppms)
    count, width, _ = forward.shape
    backward = forward[:, ::-1, ::-1]
    best = np.zeros((count, count))
    # a reversed matrix lies at the other end of the frame: offsets run over both
    for offset in range(1 - width, width):
        one = forward[:, max(0, offset) : width + min(0, offset)].reshape(count, -1)
        for other in (forward, backward):
            laid = other[:, max(0, -offset) : width - max(0, offset)].reshape(count, -1)
            np.maximum(best, one @ laid.T, out=best)
    return np.minimum(np.maximum(best, best.T), 1)


def _weights(ppms: Sequence[np.ndarray]) -> np.ndarray:
    """PPMs less 1/4, of length 1 each (or 0), in one array (n, longest, 4)."""
    stack = np.zeros((len(ppms), max(map(len, ppms), default=0), 4))
    for row, ppm in zip(stack, ppms, strict=True):
        row[: len(ppm)] = normalise(ppm) - 0.25
    norm = np.sqrt((stack**2).sum(axis=(1, 2), keepdims=True))
    return stack / np.where(norm > 0, norm, 1)


def lay_on(ppm: np.ndarray, reference: np.ndarray) -> tuple[str, int]:
    """Strand and offset at which ``ppm`` is most like ``reference`` (both (length, 4)).

    The offset is where its first base, once turned to that strand, lies in the reference;
    negative before it. Of places as good but for ``ALIKE``, the forward strand counts, then the
    smallest shift.
    """
    target = normalise(reference) - 0.25
    offsets = np.arange(len(reference) + len(ppm) - 1) - (len(ppm) - 1)
    nearest = np.argsort(np.abs(offsets), kind="stable")
    turned = [normalise(one) - 0.25 for one in (ppm, reverse_complement(ppm))]
    dots = np.concatenate([products(target, one)[nearest] for one in turned])
    best = int(first_best(dots, ALIKE * np.abs(dots).max()))
    return "+-"[best // len(offsets)], int(offsets[nearest[best % len(offsets)]])


def mean_ppm(
    ppms: Sequence[np.ndarray], placed: Sequence[tuple[str, int]], weights: Sequence[float]
) -> np.ndarray:
    """Mean of PPMs as ``placed`` (strand, offset), from the first to the last column of any.

    Where a motif does not reach, it counts as 1/4 of each base: columns that few show fade.
    """
    start = min(offset for _, offset in placed)
    end = max(offset + len(ppm) for ppm, (_, offset) in zip(ppms, placed, strict=True))
    total = np.zeros((end - start, 4))
    for ppm, (strand, offset), weight in zip(ppms, placed, weights, strict=True):
        turned = reverse_complement(ppm) if strand == "-" else ppm
        total[offset - start : offset - start + len(ppm)] += weight * (normalise(turned) - 0.25)
    return total / sum(weights) + 0.25
