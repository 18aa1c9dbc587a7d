"""From subsets to motifs: two readings of the same table.

``cluster_{i}_part_{j}``: the paper's clusters (``clusters.paper_clusters``). Members are laid on
the cluster's medoid, the alignment is cut at gaps of 10 or more, and each part is a motif.

``parts_{i}``: every subset is cut at such gaps first, because a subset may hold the sites of
several factors, or one site and a base far away. Parts of 4 or more kept bases are clustered
whatever their strand: Jaccard distance of kept bases at the best ungapped offset and strand,
average linkage (which, unlike DBSCAN here, does not hang on a finely tuned radius), and laid on
their medoid.

A subset keeps only the bases it needs, so its letters say little of a motif. The PPMs are
therefore read from the sequence underneath: all bases of all members in the aligned frame, from
3 before the medoid's first kept base to 3 behind its last; naming trims what says nothing.
Support is the number of distinct sites (genome positions), not of subsets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from chromolens.genome.onehot import codes_to_onehot
from chromolens.motifs.database import Motif
from chromolens.motifs.naming import name_motifs
from chromolens.sis.clusters import cluster_table, paper_clusters
from chromolens.sis.members import (
    Member,
    aligned,
    distances,
    distinct_places,
    members_of,
    parts_of,
)
from chromolens.sis.strings import FLANK, split_at_gaps

MARGIN = 3
"""Bases beside the medoid's span that a motif reads; at most FLANK."""

PSEUDOCOUNT = 1.0
"""Bases added to each column, a quarter of each kind."""

MIN_SHARED = 4
"""Kept bases that a member must share with a part of its medoid to support it (all, of fewer)."""


@dataclass(frozen=True)
class Clusters:
    """What ``cluster_subsets`` found.

    Attributes
    ----------
    strings
        Columns cluster, string, count: the paper's clusters, noise -1.
    ppms, supports
        Motif -> PPM (length, 4) and number of sites.
    motifs
        One row per motif: columns of ``motifs.naming``, and ``windows``: those with a subset.
    """

    strings: pd.DataFrame
    ppms: dict[str, np.ndarray]
    supports: dict[str, int]
    motifs: pd.DataFrame


def cluster_subsets(
    table: pd.DataFrame,
    database: Sequence[Motif],
    *,
    eps: int = 2,
    min_samples: int | None = None,
    gap: int = 10,
    min_kept: int = 4,
    max_distance: float = 0.6,
    min_members: int = 5,
    max_q: float = 0.01,
    min_overlap: int = 6,
    min_information: float = 8.0,
    min_support: int = 20,
) -> Clusters:
    """Cluster a task's subsets both ways (see the module), make motifs of them and name these.

    Parameters
    ----------
    table
        As ``find_subsets`` gives it; any number of rows, none included.
    eps, min_samples
        The paper's clustering; see ``clusters.paper_clusters``.
    gap, min_kept
        Where subsets are cut, and the fewest kept bases of a part.
    max_distance
        Average Jaccard distance up to which groups of parts are one cluster.
    min_members
        Fewest sites of a cluster of parts.
    max_q, min_overlap, min_information, min_support
        When a motif is given a name; see ``motifs.naming.name_motifs``.
    """
    members, strings = members_of(table), list(table["string"])
    labels = paper_clusters(strings, eps, min_samples)
    found = _paper_motifs(members, labels, gap) | _part_motifs(
        members, gap, min_kept, max_distance, min_members
    )
    supports = {name: support for name, (_, support) in found.items()}
    ppms = {name: ppm for name, (ppm, _) in found.items()}
    motifs = name_motifs(
        ppms,
        supports,
        database,
        max_q=max_q,
        min_overlap=min_overlap,
        min_information=min_information,
        min_support=min_support,
    )
    motifs["windows"] = table["id"].nunique()
    return Clusters(cluster_table(strings, labels), ppms, supports, motifs)


def cluster_parts(
    parts: Sequence[Member], max_distance: float = 0.6, min_members: int = 5
) -> np.ndarray:
    """Strand-free clusters of parts: int (n,), 0 the largest, -1 in groups of few.

    See the module for the distance; memory grows with the square of the distinct parts.
    """
    which, distinct = pd.factorize(np.array([part.letters.tobytes() for part in parts], object))
    if len(distinct) < 2:
        groups = np.zeros(len(distinct), dtype=int)
    else:
        first = np.unique(which, return_index=True)[1]
        apart = distances([parts[row] for row in first])
        tree = linkage(squareform(apart, checks=False), "average")
        groups = fcluster(tree, max_distance, "distance")
    return _by_size(groups[which], min_members)


def align_members(
    members: Sequence[Member], weights: np.ndarray | None = None
) -> tuple[Member, list[tuple[Member, int]]]:
    """Members laid on their medoid: it, and for each its oriented self and offset.

    The medoid has the least summed distance to all. An offset counts from the medoid's first
    kept position to the member's.
    """
    apart = distances(members)
    medoid = members[int(np.argmin(apart.sum(axis=0)))]
    return medoid, [aligned(member, medoid) for member in members]


def motif_of(
    laid: Sequence[tuple[Member, int]], first: int, last: int
) -> tuple[np.ndarray, np.ndarray]:
    """PPM of aligned members from column ``first`` to ``last`` (inclusive) and MARGIN around.

    Columns count from the medoid's first kept position. Gives the PPM (columns, 4) and the
    number of bases read in each column.
    """
    counts = np.zeros((last - first + 1 + 2 * MARGIN, 4))
    for member, offset in laid:
        # column of the member's first base in the motif
        start = offset - FLANK - (first - MARGIN)
        inside = slice(max(0, start), max(0, min(len(counts), start + len(member.codes))))
        bases = codes_to_onehot(member.codes)[inside.start - start : inside.stop - start]
        counts[inside][: len(bases)] += bases
    total = counts.sum(axis=1)
    return (counts + PSEUDOCOUNT / 4) / (total + PSEUDOCOUNT)[:, None], total


def _paper_motifs(
    members: list[Member], labels: np.ndarray, gap: int
) -> dict[str, tuple[np.ndarray, int]]:
    motifs = {}
    for cluster in range(labels.max(initial=-1) + 1):
        ours = distinct_places([members[row] for row in np.flatnonzero(labels == cluster)])
        medoid, laid = align_members(ours)
        for number, part in enumerate(split_at_gaps(np.flatnonzero(medoid.kept) - FLANK, gap)):
            supporting = [each for each in laid if _supports(*each, medoid, part)]
            ppm, _ = motif_of(supporting, part[0], part[-1])
            motifs[f"cluster_{cluster}_part_{number}"] = ppm, len(supporting)
    return motifs


def _part_motifs(
    members: list[Member], gap: int, min_kept: int, max_distance: float, min_members: int
) -> dict[str, tuple[np.ndarray, int]]:
    parts = distinct_places(
        [part for member in members for part in parts_of(member, gap, min_kept)]
    )
    labels = cluster_parts(parts, max_distance, min_members)
    motifs = {}
    for cluster in range(labels.max(initial=-1) + 1):
        medoid, laid = align_members([parts[row] for row in np.flatnonzero(labels == cluster)])
        ppm, _ = motif_of(laid, 0, len(medoid.letters) - 1)
        motifs[f"parts_{cluster}"] = ppm, len(laid)
    return motifs


def _supports(member: Member, offset: int, medoid: Member, part: np.ndarray) -> bool:
    """Whether an aligned member keeps the same bases as the medoid in this part of it."""
    letters = member.letters
    places = part - offset
    inside = (places >= 0) & (places < len(letters))
    shared = (medoid.letters[part[inside]] * letters[places[inside]]).sum()
    return bool(shared >= min(MIN_SHARED, len(part)))


def _by_size(groups: np.ndarray, min_members: int) -> np.ndarray:
    """Groups renumbered from the largest (ties: the first seen); small ones -1."""
    which, names = pd.factorize(groups)
    sizes = np.bincount(which, minlength=len(names))
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(names), dtype=int)
    rank[order] = np.arange(len(names))
    rank[sizes < min_members] = -1
    return rank[which] if len(groups) else np.zeros(0, dtype=int)
