"""From subsets to motifs: two readings of the same table.

``paper_{i}.{j}``: the paper's clusters, by Levenshtein distance and DBSCAN on distinct strings
with their counts as weights, which gives the labels that the matrix of all strings would give.
This reading is strict and blind to strands: a motif and its reverse complement are two clusters,
and gap length counts. Members are laid on the
cluster's medoid, the alignment is cut at gaps of 10 or more, and each part ``j`` is a motif.

``aligned_{i}``: every subset is cut at such gaps first, because a subset may hold the sites of
several factors, or one site and a base far away. Parts of 4 or more kept bases are clustered
whatever their strand and lie on their medoid (``aligned.aligned_clusters``).

The motif's matrices are in ``matrices``; naming trims what says nothing. Support is the number of
distinct sites (genome positions), not of subsets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist
from scipy.sparse import csr_array
from sklearn.cluster import DBSCAN

from chromolens.genome.onehot import codes_of
from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.naming import name_motifs
from chromolens.sis.motifs.aligned import Laid, aligned_clusters, lay
from chromolens.sis.motifs.matrices import Matrices, matrices
from chromolens.sis.motifs.members import Member, members_of, parts_of, same_place
from chromolens.sis.motifs.strings import split_at_gaps
from chromolens.tables.sis import ALIGNED, CLUSTERS

ROWS = 1000
"""Rows of the distance matrix in memory at a time."""
MIN_SHARED = 4
"""Kept bases that a member must share with a part of its medoid to support it (all, of fewer)."""


@dataclass(frozen=True)
class Clusters:
    """What ``cluster_subsets`` found.

    Attributes
    ----------
    strings
        Columns cluster, string, count: the paper's clusters, noise -1.
    parts
        A row for each part of each subset, as ``ALIGNED``: where it lies in the alignment of its
        cluster. Noise, and parts of too few kept bases, -1.
    found
        Motif -> its matrices.
    motifs
        One row per motif: columns of ``motifs.naming``, and ``windows``: those with a subset.
    """

    strings: pd.DataFrame
    parts: pd.DataFrame
    found: dict[str, Matrices]
    motifs: pd.DataFrame


def cluster_subsets(
    table: pd.DataFrame,
    database: Sequence[Motif],
    *,
    eps: int = 2,
    min_samples: int = 0,
    gap: int = 10,
    min_kept: int = 4,
    max_distance: float = 0.6,
    min_members: int = 5,
    naming: Mapping[str, float] | None = None,
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
    max_distance, min_members
        Average distance up to which groups of parts are one cluster, and its fewest sites; see
        ``aligned.aligned_clusters``.
    naming
        When a motif is given a name; see ``motifs.naming.name_motifs``.
    """
    members, strings = members_of(table), list(table["string"])
    labels = paper_clusters(strings, eps, min_samples)
    found = _paper_motifs(members, labels, gap)
    cut = [parts_of(member, gap) for member in members]
    parts = [part for each in cut for part in each]
    laid, aligned = _aligned_motifs(parts, min_kept, max_distance, min_members)
    found |= aligned
    named = name_motifs(
        {name: motif.ppm for name, motif in found.items()},
        {name: motif.sites for name, motif in found.items()},
        database,
        **(naming or {}),
    ).assign(windows=table["id"].nunique())
    return Clusters(cluster_table(strings, labels), _parts_table(table, cut, laid), found, named)


def _paper_motifs(members: list[Member], labels: np.ndarray, gap: int) -> dict[str, Matrices]:
    motifs = {}
    for cluster in range(labels.max(initial=-1) + 1):
        ours = [members[row] for row in np.flatnonzero(labels == cluster)]
        ours = [ours[row] for row in same_place(ours)[1]]
        medoid, turned, offsets = lay([member.string for member in ours])
        laid = _oriented(ours, turned, offsets)
        for number, part in enumerate(split_at_gaps(_kept(medoid), gap)):
            supporting = [each for each in laid if _supports(*each, medoid, part)]
            motifs[f"paper_{cluster}.{number}"] = matrices(supporting, part[0], part[-1])
    return motifs


def _aligned_motifs(
    parts: list[Member], min_kept: int, max_distance: float, min_members: int
) -> tuple[Laid, dict[str, Matrices]]:
    """Where all parts lie, and the motifs of the clusters of their sites."""
    enough = np.flatnonzero([part.kept.sum() >= min_kept for part in parts])
    which, first = same_place([parts[row] for row in enough])
    sites = [parts[row] for row in enough[first]]
    laid = aligned_clusters([site.string for site in sites], max_distance, min_members)
    motifs = {}
    for cluster, medoid in enumerate(laid.medoids):
        rows = np.flatnonzero(laid.labels == cluster)
        ours = _oriented([sites[row] for row in rows], laid.turned[rows], laid.offsets[rows])
        motifs[f"aligned_{cluster}"] = matrices(ours, 0, len(medoid) - 1)
    return _of_all(laid, enough, which, len(parts)), motifs


def _of_all(laid: Laid, rows: np.ndarray, which: np.ndarray, count: int) -> Laid:
    """What holds for sites, for all parts: ``rows`` of them show the sites ``which``."""
    labels, turned, offsets = np.full(count, -1), np.zeros(count, bool), np.zeros(count, int)
    labels[rows], turned[rows] = laid.labels[which], laid.turned[which]
    offsets[rows] = laid.offsets[which]
    return Laid(labels, turned, offsets, laid.medoids)


def _parts_table(table: pd.DataFrame, cut: list[list[Member]], laid: Laid) -> pd.DataFrame:
    parts, counts = [part for each in cut for part in each], [len(each) for each in cut]
    lying = _oriented(parts, laid.turned, laid.offsets)
    columns = {
        "id": np.repeat(table["id"].to_numpy(), counts),
        "order": np.repeat(table["order"].to_numpy(), counts),
        "part": [number for each in cut for number in range(len(each))],
        "cluster": laid.labels,
        "strand": np.where(laid.turned, "-", "+"),
        "offset": laid.offsets,
        "kept": [int(part.kept.sum()) for part in parts],
        "string": [part.string for part, _ in lying],
    }
    return pd.DataFrame(columns, columns=ALIGNED.names)


def _oriented(
    members: list[Member], turned: np.ndarray, offsets: np.ndarray
) -> list[tuple[Member, int]]:
    """Members as they lie, with the column of their first kept base."""
    ways = zip(members, turned, offsets, strict=True)
    return [(each.reversed() if turn else each, int(offset)) for each, turn, offset in ways]


def _kept(string: str) -> np.ndarray:
    return np.array([place for place, letter in enumerate(string) if letter != "N"])


def _supports(member: Member, offset: int, medoid: str, part: np.ndarray) -> bool:
    """Whether an aligned member keeps the same bases as the medoid in this part of it."""
    string = member.string
    inside = part[(part >= offset) & (part < offset + len(string))]
    ours, theirs = codes_of(string)[inside - offset], codes_of(medoid)[inside]
    return bool((ours == theirs).sum() >= min(MIN_SHARED, len(part)))


def paper_clusters(strings: Sequence[str], eps: int = 2, min_samples: int = 0) -> np.ndarray:
    """Cluster of each string, int (n,), -1 for noise.

    Parameters
    ----------
    eps
        Largest Levenshtein distance of neighbours.
    min_samples
        Neighbours (itself included) of a core string; 0: round(sqrt(n)), the paper's.
    """
    if not len(strings):
        return np.zeros(0, dtype=int)
    # order of first appearance: DBSCAN then numbers clusters as it would for all strings
    which, distinct = pd.factorize(np.asarray(strings, dtype=object))
    scan = DBSCAN(
        eps=eps, min_samples=min_samples or round(np.sqrt(len(strings))), metric="precomputed"
    )
    scan.fit(_near(list(distinct), eps), sample_weight=np.bincount(which))
    return scan.labels_[which]


def cluster_table(strings: Sequence[str], labels: np.ndarray) -> pd.DataFrame:
    """Columns cluster, string, count: noise (-1) last, a cluster's frequent strings first."""
    table = pd.DataFrame({"cluster": np.asarray(labels, int), "string": list(strings)})
    table = table.groupby(["cluster", "string"], as_index=False).size()
    table = table.rename(columns={"size": "count"}).assign(noise=table["cluster"] < 0)
    order = ["noise", "cluster", "count", "string"]
    table = table.sort_values(order, ascending=[True, True, False, True], ignore_index=True)
    return table[CLUSTERS.names]


def _near(strings: list[str], eps: int) -> csr_array:
    """Distances of at most ``eps``, sparse, stored zeros included: (n, n)."""
    rows, columns, distances = [], [], []
    for start in range(0, len(strings), ROWS):
        block = cdist(
            strings[start : start + ROWS],
            strings,
            scorer=Levenshtein.distance,
            score_cutoff=eps,
            dtype=np.uint16,
        )
        row, column = np.nonzero(block <= eps)
        rows.append(row + start)
        columns.append(column)
        distances.append(block[row, column].astype(np.float64))
    places = np.concatenate(rows), np.concatenate(columns)
    return csr_array((np.concatenate(distances), places), shape=(len(strings), len(strings)))
