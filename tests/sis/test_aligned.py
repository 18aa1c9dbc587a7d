"""Strand-free clusters, against brute force and the families that strings were drawn from."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import adjusted_rand_score

from chromolens.sis.motifs import aligned
from chromolens.sis.motifs.aligned import aligned_clusters, distances, lay
from chromolens.sis.motifs.cluster_motifs import paper_clusters
from tests.sis.families import planted_strings

OTHER = dict(zip("ACGTN", "TGCAN", strict=True))


def turned(text: str) -> str:
    return "".join(OTHER[letter] for letter in reversed(text))


def placed(text: str, shift: int = 0) -> set[tuple[int, str]]:
    """Kept bases as (place, letter)."""
    return {(place + shift, letter) for place, letter in enumerate(text) if letter != "N"}


def jaccard(one: str, other: str) -> float:
    """Best Jaccard similarity by trying everything on sets of (place, letter)."""
    found = []
    for text in (other, turned(other)):
        for shift in range(-len(text), len(one) + 1):
            a, b = placed(one), placed(text, shift)
            found.append(len(a & b) / len(a | b))
    return max(found)


def random_strings(count: int, seed: int = 0, longest: int = 24) -> list[str]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, longest - 1, count)
    return ["A" + "".join(rng.choice(list("ACGTNN"), size)) + "G" for size in sizes]


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(aligned, "SIDE", 7)


def test_distances_by_brute_force(small_blocks):
    strings = random_strings(17)
    expected = [[1 - jaccard(a, b) for b in strings] for a in strings]
    np.testing.assert_allclose(squareform(distances(strings)), expected, atol=1e-6)


def test_alignment_finds_strand_and_offset():
    strings = ["TTACCCGCA"] * 3 + ["ACCCGCAGG", "TGCGGGT"]
    medoid, reverse, offsets = lay(strings)
    assert medoid == "TTACCCGCA"
    # ACCCGCA read backwards
    assert reverse.tolist() == [False] * 4 + [True]
    assert offsets.tolist() == [0, 0, 0, 2, 2]


def test_where_a_string_lies_it_shares_most():
    strings = random_strings(30, seed=1)
    medoid, reverse, offsets = lay(strings)
    for text, turn, offset in zip(strings, reverse, offsets, strict=True):
        lying = placed(turned(text) if turn else text, offset)
        shared = len(placed(medoid) & lying)
        assert shared / len(placed(medoid) | lying) == pytest.approx(jaccard(medoid, text))


def test_groups_are_those_of_average_linkage():
    strings = list(dict.fromkeys(planted_strings(36, seed=2)[0]))
    apart = np.array([[1 - jaccard(a, b) for b in strings] for a in strings])
    expected = fcluster(linkage(squareform(apart, checks=False), "average"), 0.6, "distance")
    assert adjusted_rand_score(expected, aligned_clusters(strings, 0.6, 1).labels) == 1


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_planted_families_on_both_strands_and_spaced(seed):
    strings, families = planted_strings(1500, seed)
    labels, real = aligned_clusters(strings).labels, families != "noise"
    assert adjusted_rand_score(families[real], labels[real]) >= 0.8
    assert (labels[~real] < 0).mean() > 0.9 > (labels[real] < 0).mean() * 18
    # the paper's own clusters know no strands
    assert adjusted_rand_score(families[real], paper_clusters(strings)[real]) < 0.6


def test_strings_beyond_the_linked_join_their_families(small_blocks):
    motifs = {"gata": "CAGATAAGGA", "ctcf": "TGGCCACCAGGGGGCGCTA", "rap": "ACACCCATACAT"}
    strings, families = planted_strings(300, motifs=motifs)
    whole, part = (aligned_clusters(strings, most=most) for most in (8000, 60))
    assert adjusted_rand_score(whole.labels, part.labels) > 0.9
    assert adjusted_rand_score(families, part.labels) > 0.8


def test_a_string_and_its_reverse_complement_are_one():
    strings, _ = planted_strings(300, seed=3)
    flips = np.random.default_rng(0).random(300) < 0.5
    mixed = [turned(text) if flip else text for text, flip in zip(strings, flips, strict=True)]
    assert aligned_clusters(mixed).labels.tolist() == aligned_clusters(strings).labels.tolist()


@pytest.mark.parametrize("count", [0, 1, 4, 5, 40])
def test_none_one_and_identical_strings(count):
    laid = aligned_clusters(["GATANAG"] * count)
    assert laid.labels.tolist() == ([0] if count >= 5 else [-1]) * count
    assert not laid.turned.any() and not laid.offsets.any()
    assert laid.medoids == (["GATANAG"] if count >= 5 else [])


def test_noise_alone_is_noise():
    strings, _ = planted_strings(60, noisy=1.0)
    assert (aligned_clusters(strings).labels < 0).all()
