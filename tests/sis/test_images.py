"""Clusters of the subsets of images, against scipy's energy distance and plain loops."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import energy_distance

import chromolens
from chromolens.errors import BadInput
from chromolens.sis.motifs.images import energy_distances
from chromolens.sis.search.collection import Subsets


def subsets_of(*pixels: list[int]) -> list[Subsets]:
    """One image for each list, with the one subset of these pixels."""
    return [Subsets([np.array(own, int)], [0.0], [0.0], 0.0) for own in pixels]


def test_on_a_line_it_is_the_square_of_scipys():
    kept = np.random.default_rng(0).random((6, 40)) < 0.2
    kept[:, 0] |= ~kept.any(axis=1)
    ours = energy_distances(kept, 40)
    for i in range(6):
        for j in range(6):
            expected = energy_distance(np.flatnonzero(kept[i]), np.flatnonzero(kept[j])) ** 2
            assert ours[i, j] == pytest.approx(expected, abs=1e-9)


def test_in_the_plane_it_is_the_mean_of_all_pairs():
    kept = np.random.default_rng(1).random((5, 7 * 9)) < 0.3
    ours = energy_distances(kept, 9)
    points = [np.column_stack([own // 9, own % 9]) for own in map(np.flatnonzero, kept)]
    for i, x in enumerate(points):
        for j, y in enumerate(points):
            expected = 2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean()
            assert ours[i, j] == pytest.approx(expected, abs=1e-9)


def test_strokes_at_two_places_are_two_clusters():
    """Horizontal strokes of three pixels about two places of an 8 x 8 image, and a lone pixel."""
    upper = [[9, 10, 11], [10, 11, 12], [9, 10, 11], [17, 18, 19]]
    lower = [[52, 53, 54], [53, 54, 55], [52, 53, 54]]
    found = [Subsets(), *subsets_of(*upper, *lower, [32])]
    clusters = chromolens.cluster_images(found, (8, 8), max_distance=2.5, min_members=3)
    assert clusters.table["cluster"].tolist() == [0, 0, 0, 0, 1, 1, 1, -1]
    assert clusters.table["image"].tolist() == list(range(1, 9))
    assert clusters.shares.shape == (2, 8, 8)
    assert clusters.shares[0, 1].tolist() == [0, 0.5, 0.75, 0.75, 0.25, 0, 0, 0]
    assert clusters.shares.sum(axis=(1, 2)).tolist() == pytest.approx([3, 3])


@pytest.mark.parametrize("found", [[], [Subsets()], subsets_of([3])])
def test_few_subsets_have_no_cluster(found):
    clusters = chromolens.cluster_images(found, (4, 4))
    assert (clusters.table["cluster"] == -1).all()
    assert clusters.shares.shape == (0, 4, 4)


def test_pixels_beyond_the_image_are_refused():
    with pytest.raises(BadInput, match=r"(?s)keeps pixel 16.*below 16"):
        chromolens.cluster_images(subsets_of([1, 16]), (4, 4))
