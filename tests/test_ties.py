"""Choices among numbers that are equal but for rounding."""

import numpy as np
import pytest

from chromolens.ties import descending, first_best


def test_the_first_of_equals_is_best_and_a_difference_is_no_tie():
    values = np.array([[1.0, 3.0, 3.0 + 1e-7, 2.0], [0.0, 3.0, 3.1, 3.1]])
    assert first_best(values, np.array([1e-6, 1e-6])).tolist() == [1, 2]
    assert first_best(values[0], 1e-6) == 1


@pytest.mark.parametrize("seed", range(20))
def test_noise_changes_neither_the_best_nor_the_order(seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 4, (5, 12)).astype(float)
    noisy = values + rng.uniform(-1e-7, 1e-7, values.shape)
    assert (first_best(noisy, 1e-6) == values.argmax(axis=1)).all()
    exact = np.argsort(-values, axis=1, kind="stable")
    assert (descending(noisy, 1e-6) == exact).all()


def test_infinities_come_last_in_their_own_order():
    values = np.array([-np.inf, 1.0, -np.inf, 2.0])
    assert descending(values, 1e-6).tolist() == [3, 1, 0, 2]
