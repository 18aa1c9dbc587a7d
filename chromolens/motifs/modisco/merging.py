"""Patterns of TF-MoDISco that are one motif: found whatever their strand and offset, and merged.

TF-MoDISco splits a motif that has many seqlets: into halves, variants of a base, both strands.
Two patterns of one sign are alike where the bases agree and the model reads them alike: at the
offset and strand that suit both best, their base frequencies (less 1/4) and their mean
hypothetical contributions correlate, within the patterns' cores. Hypothetical contributions say
what the model would make of the other bases too. So they are the same for two variants of a
base, and differ where a composite of two motifs has a part that the lone motif hasn't.

Average linkage, every seqlet of a pattern counting, groups them: a group is as alike as its
seqlets are on average, and a chain of small steps doesn't join what differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from chromolens.motifs.compare import ALIKE, products
from chromolens.motifs.modisco.patterns import Pattern, read_patterns
from chromolens.motifs.ppm import reverse_complement
from chromolens.scores import open_scores
from chromolens.ties import first_best

# Both must be reached; docs/motifs.md has what they were chosen by.
MIN_PPM = 0.7
MIN_CWM = 0.93


class Alignment(NamedTuple):
    """How one pattern lies on another.

    ``offset``: where its first base lies in the other, once it is read on ``strand``.
    ``ppm``, ``cwm``: correlation of base frequencies, and of hypothetical contributions, there.
    """

    ppm: float
    cwm: float
    strand: str
    offset: int

    @property
    def score(self) -> float:
        """1 or more where both correlations reach their bounds."""
        return min(self.ppm / MIN_PPM, self.cwm / MIN_CWM)


@dataclass(frozen=True, eq=False)
class Shape:
    """What is compared of a pattern, (length, 4) each, 0 outside its core."""

    ppm: np.ndarray
    hypothetical: np.ndarray


@dataclass(frozen=True)
class Motif:
    """Patterns merged. ``members``: name -> how it lies on the first, the best supported one."""

    sign: str
    members: dict[str, Alignment]

    @property
    def name(self) -> str:
        """The best supported member's."""
        return next(iter(self.members))


def shape(pattern: Pattern, hypothetical: np.ndarray) -> Shape:
    """``pattern`` with its mean hypothetical contributions (length, 4), cut to its core."""
    inside = np.zeros((len(hypothetical), 1))
    inside[pattern.core] = 1
    return Shape((pattern.ppm - 0.25) * inside, hypothetical * inside)


def align(first: Shape, second: Shape) -> Alignment:
    """How ``second`` lies best on ``first``: where the two correlations sum to most.

    Of equally good strands (but for ``ALIKE``) the forward one. Lengths may differ.
    """
    ppms, cwms = (
        np.concatenate(
            [
                _correlations(getattr(first, name), _read(getattr(second, name), strand))
                for strand in "+-"
            ]
        )
        for name in ("ppm", "hypothetical")
    )
    best = int(first_best(ppms + cwms, ALIKE))
    turned, place = divmod(best, len(ppms) // 2)
    offset = place - len(second.ppm) + 1
    return Alignment(float(ppms[best]), float(cwms[best]), "+-"[turned], offset)


def _read(matrix: np.ndarray, strand: str) -> np.ndarray:
    return matrix if strand == "+" else reverse_complement(matrix)


def _correlations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Correlation of two matrices at every offset, (len(first) + len(second) - 1,)."""
    norm = np.sqrt((first**2).sum() * (second**2).sum())
    found = products(first, second)
    return found / norm if norm > 0 else np.zeros(len(found))


def link(scores: np.ndarray, weights: Sequence[float], least: float = 1.0) -> list[list[int]]:
    """Groups by average linkage of ``scores`` (n, n), while the best average reaches ``least``.

    An item counts ``weights`` times, as if it were so many equal ones (Sokal & Michener 1958's
    UPGMA of these). Groups and their items are sorted.
    """
    groups = [[place] for place in range(len(weights))]
    sizes = np.asarray(weights, dtype=float)
    means = np.array(scores, dtype=float)
    np.fill_diagonal(means, -np.inf)
    while len(groups) > 1 and means.max() >= least:
        one, other = sorted(np.unravel_index(int(means.argmax()), means.shape))
        joined = (sizes[one] * means[one] + sizes[other] * means[other]) / sizes[
            [one, other]
        ].sum()
        means[one] = means[:, one] = joined
        means[one, one] = -np.inf
        means = np.delete(np.delete(means, other, axis=0), other, axis=1)
        sizes[one] += sizes[other]
        sizes = np.delete(sizes, other)
        groups[one] = sorted(groups[one] + groups.pop(other))
    return sorted(groups)


def merge(patterns: Sequence[Pattern], shapes: Sequence[Shape]) -> list[Motif]:
    """The motifs of ``patterns``, in their order (positive first, best supported first)."""
    motifs = []
    for sign in dict.fromkeys(pattern.sign for pattern in patterns):
        own = [place for place, pattern in enumerate(patterns) if pattern.sign == sign]
        scores = _scores([shapes[place] for place in own])
        for group in link(scores, [patterns[place].seqlets for place in own]):
            first, *_ = members = [own[place] for place in group]
            names = {patterns[m].name: align(shapes[first], shapes[m]) for m in members}
            motifs.append(Motif(sign, names))
    return motifs


def _scores(shapes: Sequence[Shape]) -> np.ndarray:
    scores = np.ones((len(shapes), len(shapes)))
    for one, other in combinations(range(len(shapes)), 2):
        scores[one, other] = scores[other, one] = align(shapes[one], shapes[other]).score
    return scores


def merge_patterns(modisco_h5: str | Path) -> list[Motif]:
    """The motifs of a modisco file: its patterns, those that are one motif together."""
    patterns = read_patterns(modisco_h5)
    with open_scores(modisco_h5) as file:
        shapes = [
            shape(p, stored_pattern(file, p.name)["hypothetical_contribs"][:]) for p in patterns
        ]
    return merge(patterns, shapes)


def stored_pattern(file: h5py.File, name: str) -> h5py.Group:
    """The group of the pattern ``name`` (``sign.pattern_i``) in a modisco file."""
    sign, key = name.split(".", 1)
    return file[f"{sign}_patterns/{key}"]
