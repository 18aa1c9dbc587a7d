"""Matches and their p-values against enumeration, plain loops over words, and a mirror."""

from itertools import product

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.genome.onehot import codes_of, sequence_of
from chromolens.motifs.modisco.sites import Stretch, both_strands, matcher

COMPLEMENT = str.maketrans("ACGTN", "TGCAN")
BACKGROUND = both_strands(np.array([31, 20, 18, 29]))


def random_ppm(width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet([0.4] * 4, size=width)


def score(word: str, weights: np.ndarray) -> int:
    return sum(int(weights[i, "ACGT".index(base)]) for i, base in enumerate(word))


def test_p_values_are_those_of_all_words() -> None:
    motif = matcher(random_ppm(6), BACKGROUND, 0.01)
    words = ["".join(word) for word in product("ACGT", repeat=6)]
    scores = np.array([score(word, motif.weights) for word in words])
    chances = [np.prod([BACKGROUND["ACGT".index(base)] for base in word]) for word in words]
    expected = [sum(np.compress(scores >= one, chances)) for one in scores[::97]]
    np.testing.assert_allclose(motif.p(scores[::97]), expected, rtol=1e-9)
    assert motif.p([scores.min()]) == pytest.approx(1)
    passing = scores[motif.p(scores) <= 0.01]
    assert motif.floor <= passing.min() and (scores[scores >= motif.floor] >= passing.min()).all()


def test_the_other_strand_has_the_same_p_values() -> None:
    ppm = random_ppm(5)
    forward, reverse = (matcher(one, BACKGROUND, 0.1) for one in (ppm, ppm[::-1, ::-1]))
    np.testing.assert_array_equal(forward.weights[::-1, ::-1], reverse.weights)
    np.testing.assert_allclose(forward.survival, reverse.survival, rtol=1e-9)


@pytest.mark.parametrize("width", [1, 7, 8, 9, 17])
def test_matches_are_those_of_a_plain_loop(width: int) -> None:
    rng = np.random.default_rng(width)
    codes = rng.choice(5, p=[0.24] * 4 + [0.04], size=700).astype(np.uint8)
    motif, sequence = matcher(random_ppm(width, width), BACKGROUND, 0.3), sequence_of(codes)
    expected = set()
    for start in range(len(sequence) - width + 1):
        word = sequence[start : start + width]
        for reverse, read in enumerate((word, word.translate(COMPLEMENT)[::-1])):
            if "N" not in word and score(read, motif.weights) >= motif.floor:
                expected.add((start, score(read, motif.weights), bool(reverse)))
    starts, scores, reverse = Stretch(codes).sites(motif)
    found = zip(starts.tolist(), scores.tolist(), reverse.tolist(), strict=True)
    assert set(found) == expected and len(starts) == len(expected) > 20


def test_what_can_hold_no_match_has_none() -> None:
    motif = matcher(random_ppm(9), BACKGROUND, 0.5)
    for codes in (codes_of("ACGTACGT"), codes_of("N" * 50), codes_of("")):
        assert [len(part) for part in Stretch(codes).sites(motif)] == [0, 0, 0]
    short = matcher(np.eye(4)[:3], BACKGROUND, 1e-4)
    assert short.floor is None and not len(Stretch(codes_of("ACG" * 9)).sites(short)[0])


def test_a_genome_of_two_letters_is_refused() -> None:
    with pytest.raises(BadInput, match="can't be scanned"):
        both_strands(np.array([5, 0, 0, 7]))
