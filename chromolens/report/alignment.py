"""Lay a motif and its database match under each other, so that columns can be compared.

The match itself (and its q-value) is found in ``chromolens.motifs.names.naming``; this only
looks for the offset and strand at which two matrices look most alike to the eye: where the
products of their letter heights sum to most.
"""

from dataclasses import dataclass

import numpy as np

from chromolens.motifs.ppm import reverse_complement
from chromolens.report.figures.logos import heights


@dataclass(frozen=True)
class Aligned:
    """Two matrices padded to one length (length, 4); ``reverse`` tells if the query was turned."""

    query: np.ndarray
    target: np.ndarray
    reverse: bool


def align(query: np.ndarray, target: np.ndarray, drawn: np.ndarray) -> Aligned:
    """Lay ``query`` over ``target``, turning the query where that fits better.

    Parameters
    ----------
    query, target : (length, 4)
        Probabilities; the lengths may differ.
    drawn : same shape as query
        What is drawn for the query (contribution weights, say); padded and turned with it.
    """
    wanted = heights(target)
    forward = _best(heights(query), wanted)
    turned = _best(heights(reverse_complement(query)), wanted)
    reverse = turned[0] > forward[0]
    offset = (turned if reverse else forward)[1]
    shown = reverse_complement(drawn) if reverse else np.asarray(drawn)
    return Aligned(*_padded(shown, np.asarray(target), offset), bool(reverse))


def _best(query: np.ndarray, target: np.ndarray) -> tuple[float, int]:
    """Largest summed product of heights, and the target column where the query then starts."""
    offsets = range(1 - len(query), len(target))
    return max((_overlap(query, target, offset), -abs(offset), offset) for offset in offsets)[::2]


def _overlap(query: np.ndarray, target: np.ndarray, offset: int) -> float:
    start, end = max(offset, 0), min(offset + len(query), len(target))
    return float((query[start - offset : end - offset] * target[start:end]).sum())


def _padded(query: np.ndarray, target: np.ndarray, offset: int) -> tuple[np.ndarray, np.ndarray]:
    start, end = min(offset, 0), max(offset + len(query), len(target))
    sheets = np.zeros((2, end - start, 4))
    sheets[0, offset - start : offset - start + len(query)] = query
    sheets[1, -start : -start + len(target)] = target
    return sheets[0], sheets[1]
