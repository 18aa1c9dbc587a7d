"""Clusters of SIS strings as in the paper: Levenshtein distance and DBSCAN.

Computed on distinct strings with their counts as weights, which gives the labels that the matrix
of all strings would give. This reading is strict and blind to strands: a motif and its reverse
complement are two clusters, and gap length counts. ``aligned`` has the other reading.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist
from scipy.sparse import csr_array
from sklearn.cluster import DBSCAN

from chromolens.tables.sis import CLUSTERS

ROWS = 1000
"""Rows of the distance matrix in memory at a time."""


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
