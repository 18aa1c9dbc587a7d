"""Motifs against known ones, by Tomtom, and which matches are good enough for a name.

Motifs are compared with the whole database on both strands (Gupta et al. 2007, as in memelite:
Euclidean distance of columns, complete scores). q-values are Benjamini-Hochberg's over all motifs
of the database, for one query at a time. Tomtom takes its background from the columns of the
database, so p-values hold for that database only.
"""

import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.stats import false_discovery_control

from chromolens.motifs.names.kernels import compiling, share_kernels
from chromolens.motifs.ppm import normalise


class Matches(NamedTuple):
    """Queries against targets, each array (queries, targets).

    ``offset``: where the query's first base lies in the target (on ``strand`` "-" in its
    reverse complement), negative if before it. ``overlap``: bases aligned.
    """

    p: np.ndarray
    q: np.ndarray
    overlap: np.ndarray
    offset: np.ndarray
    strand: np.ndarray


class Rules(NamedTuple):
    """What a motif must show to be given a name."""

    max_q: float
    min_overlap: int
    min_information: float
    min_support: int


def match(queries: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> Matches:
    """Compare each query PPM with each target PPM on both strands.

    The first call on a machine compiles memelite's kernels (about a minute; then cached).
    """
    if not len(queries) or not len(targets):
        return Matches(*np.ones((5, len(queries), len(targets))))
    p, _, offset, overlap, strand = _tomtom()(
        [_channels_first(ppm) for ppm in queries],
        [_channels_first(ppm) for ppm in targets],
        n_jobs=1,
    )
    # sums of float tails can leave the unit interval by rounding
    p = np.clip(np.nan_to_num(p, nan=1.0), 0, 1)
    q = false_discovery_control(p, axis=1)
    return Matches(p, q, overlap.astype(int), offset.astype(int), np.where(strand > 0, "-", "+"))


@cache
def _tomtom() -> Callable:
    """memelite's function, compiled; without its warnings, which ``name_motifs`` says better."""
    share_kernels("memelite")
    from memelite import tomtom

    def quiet(*motifs: list[np.ndarray], n_jobs: int) -> tuple:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="tomtom was given")
            return tomtom(*motifs, n_jobs=n_jobs)

    with compiling("memelite"):
        quiet(*[[np.eye(4)]] * 2, n_jobs=1)
    return quiet


def _channels_first(ppm: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(normalise(ppm).T)


def ranking(matches: Matches, rules: Rules) -> np.ndarray:
    """Targets from best to worst: those of enough overlap first, then by p, then by overlap."""
    return np.lexsort((-matches.overlap, matches.p, matches.overlap < rules.min_overlap))


def passes(matches: Matches, rules: Rules) -> np.ndarray:
    """Which targets match well enough for a name, bool (targets,)."""
    return (matches.q <= rules.max_q) & (matches.overlap >= rules.min_overlap)
