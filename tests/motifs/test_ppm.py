"""Information, trimming and consensus, on motifs whose answers are known."""

import numpy as np
import pytest
from scipy.stats import entropy

from chromolens.motifs.ppm import (
    column_information,
    consensus,
    information,
    normalise,
    reverse_complement,
    trim,
)

FLAT = np.full((3, 4), 0.25)
SHARP = np.eye(4)[[0, 2, 3]]


def test_information_is_two_bits_less_the_entropy():
    ppm = np.random.default_rng(0).dirichlet([0.3] * 4, size=9)
    expected = 2 - entropy(ppm, base=2, axis=1)
    np.testing.assert_allclose(column_information(ppm), expected)
    assert information(ppm) == pytest.approx(expected.sum())
    assert information(FLAT) == pytest.approx(0)
    assert information(SHARP) == pytest.approx(6)


def test_flanks_go_and_gaps_stay():
    gapped = np.vstack([SHARP, FLAT, SHARP])
    np.testing.assert_array_equal(trim(np.vstack([FLAT, gapped, FLAT])), gapped)
    assert trim(FLAT).shape == (0, 4)


def test_two_reverse_complements_cancel_out():
    np.testing.assert_array_equal(reverse_complement(SHARP), np.eye(4)[[0, 1, 3]])
    np.testing.assert_array_equal(reverse_complement(reverse_complement(SHARP)), SHARP)


def test_consensus_letters():
    rows = [[0.9, 0.1, 0, 0], [0.4, 0, 0.4, 0.2], [0, 0.5, 0, 0.5], [0.3, 0.3, 0.2, 0.2]]
    assert consensus(np.array(rows)) == "ARYN"
    assert consensus(np.empty((0, 4))) == ""


def test_rows_without_any_base_are_uniform():
    np.testing.assert_array_equal(normalise([[0, 0, 0, 0], [0, 2, 2, 0]])[0], [0.25] * 4)
