"""Clusters of the subsets of images: which stretches of the image a network is content with.

Pixels have no letters, and a stroke one pixel further is the same stroke. So two subsets are
compared as clouds of points, by the energy distance (Rizzo and Székely, 2016,
DOI 10.1002/wics.1375): 2 E|X - Y| - E|X - X'| - E|Y - Y'| of pixels X, X' drawn from one and
Y, Y' from the other, in pixels; 0 only between equal subsets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import cdist, squareform

from chromolens.brief import brief
from chromolens.errors import BadInput
from chromolens.sis.motifs.aligned import by_size
from chromolens.sis.search.collection import Subsets


@dataclass(frozen=True)
class ImageClusters:
    """Result of ``cluster_images``.

    Attributes
    ----------
    table
        A row per subset: ``image`` (its row among the inputs), ``order`` (of its extraction),
        ``pixels`` (how many it keeps), ``cluster`` (0 the largest; -1 none).
    shares
        float (clusters, height, width): share of a cluster's subsets that keep each pixel.
    """

    table: pd.DataFrame
    shares: np.ndarray

    __repr__ = brief


def cluster_images(
    found: Sequence[Subsets],
    size: tuple[int, int],
    *,
    max_distance: float = 1.0,
    min_members: int = 5,
) -> ImageClusters:
    """Cluster the subsets that ``sufficient_subsets`` found in images.

    Parameters
    ----------
    found
        The subsets of each image; pixels are numbered row by row. Images without a subset have no
        row in the result.
    size
        Height and width, in pixels.
    max_distance
        Average linkage joins two groups up to this mean energy distance (pixels).
    min_members
        Groups with fewer subsets are not clusters.

    Raises
    ------
    BadInput
        Pixels beyond ``size``.
    """
    rows = [
        (image, order, subset)
        for image, one in enumerate(found)
        for order, subset in enumerate(one.subsets)
        if len(subset)
    ]
    pixels = [np.asarray(subset, int) for *_, subset in rows]
    kept = np.zeros((len(rows), size[0] * size[1]), bool)
    highest = max((own.max() for own in pixels), default=0)
    if highest >= kept.shape[1]:
        raise BadInput(
            f"a subset keeps pixel {highest}",
            expected=f"pixels below {kept.shape[1]}, of images of {size[0]} x {size[1]}",
        )
    for row, own in zip(kept, pixels, strict=True):
        row[own] = True
    groups = np.zeros(len(rows), int)
    if len(rows) > 1:
        apart = squareform(energy_distances(kept, size[1]), checks=False)
        groups = fcluster(linkage(apart, "average"), max_distance, "distance")
    clusters = by_size(groups, min_members)
    table = pd.DataFrame(
        {
            "image": [image for image, *_ in rows],
            "order": [order for _, order, _ in rows],
            "pixels": kept.sum(axis=1),
            "cluster": clusters,
        }
    )
    shares = [kept[clusters == one].mean(axis=0) for one in range(clusters.max(initial=-1) + 1)]
    return ImageClusters(table, np.reshape(shares, (-1, *size)))


def energy_distances(kept: np.ndarray, width: int) -> np.ndarray:
    """Between all pairs of subsets, float64 (n, n), in pixels; ``kept`` bool (n, pixels)."""
    used = np.flatnonzero(kept.any(axis=0))
    places = np.column_stack(np.divmod(used, width))
    weights = kept[:, used] / kept.sum(axis=1, keepdims=True)
    between = weights @ cdist(places, places) @ weights.T
    within = np.diag(between)
    return np.maximum(2 * between - within - within[:, None], 0)
