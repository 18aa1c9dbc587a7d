"""Scanning against plain loops and strings."""

import numpy as np
import pytest

from chromolens.genome.onehot import codes_of, sequence_of
from chromolens.genome.words import window_words
from chromolens.motifs.hits.scan import best, log_odds, scan

COMPLEMENT = str.maketrans("ACGTN", "TGCAN")
BACKGROUND = np.array([0.3, 0.2, 0.2, 0.3])


@pytest.fixture
def codes() -> np.ndarray:
    return np.random.default_rng(1).choice(5, p=[0.24] * 4 + [0.04], size=300).astype(np.uint8)


def score(word: str, ppm: np.ndarray) -> float:
    if "N" in word:
        return -np.inf
    smoothed = (ppm + 0.001) / 1.004
    picked = [smoothed[i, "ACGT".index(base)] for i, base in enumerate(word)]
    return sum(np.log(p / BACKGROUND["ACGT".index(b)]) for p, b in zip(picked, word, strict=True))


def test_scores_are_those_of_a_plain_loop_over_words(codes: np.ndarray) -> None:
    ppm = np.random.default_rng(2).dirichlet([0.5] * 4, size=7)
    weights, sequence = log_odds(ppm, BACKGROUND), sequence_of(codes)
    words = [sequence[i : i + 7] for i in range(len(codes) - 6)]
    forward, reverse = scan(codes, weights)
    np.testing.assert_allclose(forward, [score(word, ppm) for word in words])
    # the other strand is scored with the strand-mirrored background
    turned = [word.translate(COMPLEMENT)[::-1] for word in words]
    np.testing.assert_allclose(reverse, [score(word, ppm) for word in turned])
    np.testing.assert_array_equal(best(codes, weights), np.maximum(forward, reverse))


def test_a_sequence_shorter_than_the_motif_has_no_place() -> None:
    assert best(codes_of("ACG"), log_odds(np.full((5, 4), 0.25), BACKGROUND)).shape == (0,)


def test_words_and_their_reverse_complements_share_an_index(codes: np.ndarray) -> None:
    sequence, index = sequence_of(codes), window_words(codes, 4)
    canonical = []
    for i in range(len(codes) - 3):
        word = sequence[i : i + 4]
        other = word.translate(COMPLEMENT)[::-1]
        digits = ["".join(str("ACGT".index(b)) for b in w) for w in (word, other) if "N" not in w]
        canonical.append(min((int(d, 4) for d in digits), default=-1))
    np.testing.assert_array_equal(index, canonical)
