"""Similarity of motifs, all against all, against one pair at a time and closed forms."""

import numpy as np
import pytest

from chromolens.genome.onehot import encode
from chromolens.motifs.compare import lay_on, mean_ppm, similarities, similarity
from chromolens.motifs.ppm import reverse_complement


def random_ppms(count: int = 12, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.dirichlet(np.full(4, 0.4), rng.integers(1, 15)) for _ in range(count)]


def test_all_pairs_are_what_one_pair_at_a_time_gives():
    ppms = random_ppms()
    expected = [[similarity(one, other) for other in ppms] for one in ppms]
    np.testing.assert_allclose(similarities(ppms), expected, atol=1e-12)


def test_a_part_is_alike_by_the_root_of_its_share():
    whole = encode("AGGTCATGACCT").astype(float)
    flat = np.full((2, 4), 0.25)
    for part in (6, 8, 9, 12):
        found = similarities([whole, whole[:part], flat])
        assert found[0, 1] == pytest.approx(np.sqrt(part / 12))
        assert found[0, 2] == 0


def test_no_motifs_and_one():
    assert similarities([]).shape == (0, 0)
    assert similarities([encode("ACGT")]) == pytest.approx(np.ones((1, 1)))


def test_a_motif_is_laid_where_it_was_cut_out():
    whole = 0.9 * encode("AACAGTTCGCC") + 0.025
    for start in range(len(whole) - 4):
        piece = whole[start : start + 4]
        assert lay_on(piece, whole) == ("+", start)
        assert lay_on(reverse_complement(piece), whole) == ("-", start)
        assert lay_on(whole, piece) == ("+", -start)


def test_the_mean_is_that_of_the_counts_where_all_motifs_reach():
    rng = np.random.default_rng(2)
    counts = rng.integers(1, 30, (3, 6, 4)).astype(float)
    counts *= (100 * np.array([1, 2, 5])[:, None] / counts.sum(axis=2))[:, :, None]
    ppms = [counts[0], reverse_complement(counts[1]), counts[2]]
    ppms = [ppm / ppm.sum(axis=1, keepdims=True) for ppm in ppms]
    found = mean_ppm(ppms, [("+", 0), ("-", 0), ("+", 0)], [100, 200, 500])
    np.testing.assert_allclose(found, counts.sum(axis=0) / 800)


def test_columns_that_few_show_fade():
    found = mean_ppm([encode("CA"), encode("AG")], [("+", -1), ("+", 0)], [30, 10])
    np.testing.assert_allclose(found[:, 1], [0.75 + 0.25 / 4, 0, 0.75 * 0.25], atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_similarity_is_the_best_padded_correlation():
    rng = np.random.default_rng(0)
    first, second = (rng.dirichlet([0.5] * 4, size=size) for size in (7, 11))
    best = -1
    for other in (second, reverse_complement(second)):
        for shift in range(-11, 8):
            a, b = np.zeros((40, 4)), np.zeros((40, 4))
            a[15:22] = first - 0.25
            b[15 + shift : 26 + shift] = other - 0.25
            best = max(best, np.corrcoef(a.ravel(), b.ravel())[0, 1])
    assert similarity(first, second) == pytest.approx(best)
    assert similarity(first, np.full((5, 4), 0.25)) == 0
