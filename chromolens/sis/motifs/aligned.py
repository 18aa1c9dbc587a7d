"""Strand-free clusters of SIS strings, which lie aligned on their medoids.

Two strings are compared by their kept bases only, at every offset and on both strands: similarity
is Jaccard's, the kept bases on which both agree over those kept by either. An N says nothing of
its base: it agrees with no letter and contradicts none; a contradiction weighs as two letters
without partner. No gap is put in, so a spaced motif is one word with its spacing.

Groups are those of average linkage over distinct strings, cut at ``max_distance``. Of what was
compared on planted families (``benchmarks/sis/clustering.md``) it hangs least on its setting:
DBSCAN joins all families within 0.05 of its best radius.

Memory is bounded: the ``most`` most frequent distinct strings (a string and its reverse
complement are one) are linked, about 24 bytes a pair; the rest join the group at the least
average distance, if that is at most ``max_distance``. Time grows with the square of both the
number and the length of the strings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from chromolens.genome.onehot import (
    codes_of,
    codes_to_onehot,
    reverse_complement_codes,
    sequence_of,
)

MOST = 8000
"""Distinct strings that are linked: less than 1 GB."""

CANDIDATES = 1000
"""Most frequent strings of a cluster, of which its medoid is one."""

SIDE = 1000
"""Rows and columns of the distance matrix computed at a time."""


@dataclass(frozen=True)
class Laid:
    """Clusters and where their strings lie, each array (n,).

    Attributes
    ----------
    labels
        Cluster, 0 the one of most strings; -1 in groups of few.
    turned
        Whether the string lies on its medoid as its reverse complement.
    offsets
        From the medoid's first base to that of the string as it lies.
    medoids
        A string for each cluster.
    """

    labels: np.ndarray
    turned: np.ndarray
    offsets: np.ndarray
    medoids: list[str]


def aligned_clusters(
    strings: Sequence[str],
    max_distance: float = 0.6,
    min_members: int = 5,
    most: int = MOST,
) -> Laid:
    """Cluster strings whatever their strand, and lay each on its cluster's medoid.

    Parameters
    ----------
    strings
        SIS strings: A, C, G, T, and N where a base is not kept; each begins and ends with a
        kept base.
    max_distance
        Average distance up to which groups are joined, 0 to 1.
    min_members
        Fewest strings (repeats counted) of a cluster.
    most
        Distinct strings that are linked; see the module.
    """
    which, distinct = pd.factorize(np.array([_either_strand(text) for text in strings], object))
    weights = np.bincount(which, minlength=len(distinct))
    groups = _groups(list(distinct), weights, max_distance, most)
    labels = by_size(groups[which], min_members)
    turned, offsets = np.zeros(len(labels), dtype=bool), np.zeros(len(labels), dtype=int)
    medoids = []
    for cluster in range(labels.max(initial=-1) + 1):
        rows = np.flatnonzero(labels == cluster)
        medoid, turned[rows], offsets[rows] = lay([strings[row] for row in rows])
        medoids.append(medoid)
    return Laid(labels, turned, offsets, medoids)


def lay(strings: Sequence[str]) -> tuple[str, np.ndarray, np.ndarray]:
    """The medoid of one or more strings; which are turned and their offsets, as in ``Laid``.

    The medoid is, of the CANDIDATES most frequent strings, the one of least summed distance to
    them. A string lies where it shares most with it; ties: as it is, then the smallest shift.
    """
    which, distinct = pd.factorize(np.asarray(strings, dtype=object))
    weights = np.bincount(which)
    often = np.argsort(-weights, kind="stable")[:CANDIDATES]
    apart = squareform(distances([distinct[row] for row in often]))
    medoid = distinct[often[np.argmin(apart @ weights[often])]]
    turned, offsets = _places(list(distinct), medoid)
    return medoid, turned[which], offsets[which]


def distances(strings: Sequence[str]) -> np.ndarray:
    """1 - Jaccard similarity at the best offset and strand.

    Condensed as scipy's, float32 (n (n - 1) / 2,).
    """
    order = np.argsort([len(text) for text in strings], kind="stable")
    blocks = [order[start : start + SIDE] for start in range(0, len(order), SIDE)]
    letters = [_letters([strings[row] for row in block]) for block in blocks]
    matrix = np.zeros((len(strings), len(strings)), np.float32)
    for row, rows in enumerate(blocks):
        for column in range(row, len(blocks)):
            apart = _apart(letters[row], letters[column])
            matrix[np.ix_(rows, blocks[column])] = apart
            matrix[np.ix_(blocks[column], rows)] = apart.T
    return squareform(matrix, checks=False)


def by_size(groups: np.ndarray, min_members: int) -> np.ndarray:
    """Groups (n,) renumbered from the largest (ties: the first seen); small ones -1."""
    which, names = pd.factorize(groups)
    sizes = np.bincount(which, minlength=len(names))
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(names), dtype=int)
    rank[order] = np.arange(len(names))
    rank[sizes < min_members] = -1
    return rank[which]


def _groups(strings: list[str], weights: np.ndarray, max_distance: float, most: int) -> np.ndarray:
    """A number for each group, int (n,)."""
    groups = np.zeros(len(strings), dtype=int)
    order = np.argsort(-weights, kind="stable")
    linked, rest = order[:most], order[most:]
    if len(linked) > 1:
        tree = linkage(distances([strings[row] for row in linked]), "average")
        groups[linked] = fcluster(tree, max_distance, "distance")
    for start in range(0, len(rest), SIDE):
        rows = rest[start : start + SIDE]
        groups[rows] = _nearest(strings, rows, linked, groups[linked], max_distance)
    return groups


def _nearest(
    strings: list[str],
    rows: np.ndarray,
    linked: np.ndarray,
    groups: np.ndarray,
    max_distance: float,
) -> np.ndarray:
    """The group of least average distance to each of ``rows``; its own (negative) if too far."""
    letters = _letters([strings[row] for row in rows])
    sums = np.zeros((len(rows), groups.max() + 1))
    for start in range(0, len(linked), SIDE):
        block = _letters([strings[row] for row in linked[start : start + SIDE]])
        np.add.at(sums.T, groups[start : start + SIDE], _apart(letters, block).T)
    sizes = np.bincount(groups)
    means = np.where(sizes, sums / np.maximum(sizes, 1), np.inf)
    return np.where(means.min(axis=1) <= max_distance, means.argmin(axis=1), -1 - rows)


def _either_strand(text: str) -> str:
    """The same for a string and its reverse complement."""
    return min(text, _reverse_complement(text))


def _reverse_complement(text: str) -> str:
    return sequence_of(reverse_complement_codes(codes_of(text)))


def _letters(strings: Sequence[str]) -> np.ndarray:
    """Kept bases of all, one-hot float32 (n, longest, 4), zeros behind the end."""
    width = max(map(len, strings), default=0)
    codes = codes_of("".join(text.ljust(width, "N") for text in strings))
    return codes_to_onehot(codes).astype(np.float32).reshape(len(strings), width, 4)


def _apart(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Distances of all letters of one block to those of another, (n, m)."""
    shared = np.zeros((len(left), len(right)), np.float32)
    for other in (right, right[:, ::-1, ::-1]):
        for offset in range(1 - other.shape[1], left.shape[1]):
            np.maximum(shared, _shared(left, other, offset), out=shared)
    kept = left.sum(axis=(1, 2))[:, None] + right.sum(axis=(1, 2))
    return 1 - shared / (kept - shared)


def _shared(left: np.ndarray, right: np.ndarray, offset: int) -> np.ndarray:
    """Agreeing kept bases where ``right`` begins ``offset`` behind ``left``, (n, m)."""
    end = min(left.shape[1], right.shape[1] + offset)
    one = left[:, max(0, offset) : end].reshape(len(left), -1)
    other = right[:, max(0, -offset) : end - offset].reshape(len(right), -1)
    return one @ other.T


def _places(strings: list[str], medoid: str) -> tuple[np.ndarray, np.ndarray]:
    """Whether each string is turned to lie on the medoid, and its offset there."""
    both = [_letters(strings), _letters([_reverse_complement(text) for text in strings])]
    on, width = _letters([medoid]), both[0].shape[1]
    # the first of equals wins: forward, then the smallest shift
    tried = [
        (turned, offset)
        for turned in (0, 1)
        for offset in sorted(range(1 - width, len(medoid)), key=abs)
    ]
    shared = [_shared(on, both[turned], offset)[0] for turned, offset in tried]
    best = np.array(tried)[np.argmax(shared, axis=0)]
    return best[:, 0].astype(bool), best[:, 1]
