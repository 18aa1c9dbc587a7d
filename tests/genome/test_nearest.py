"""The nearest place against a double loop."""

import numpy as np
import pandas as pd
import pytest

from chromolens.genome.nearest import nearest_places


def by_hand(chroms, places, chrom, position):
    """Number of the nearest place; the lower one of two."""
    own = [
        (abs(place - position), place, number)
        for number, (other, place) in enumerate(zip(chroms, places, strict=True))
        if other == chrom
    ]
    return min(own)[2] if own else -1


@pytest.mark.parametrize("unit", [1, 0.5])
@pytest.mark.parametrize("number", [1, 2, 40])
def test_the_nearest_is_that_of_a_double_loop(unit, number):
    rng = np.random.default_rng(number)
    places = rng.permutation(150)[:number] * unit
    chroms = rng.choice(["1", "chr2"], number)
    wanted, others = rng.integers(-20, 170, 500) * unit, rng.choice(["1", "chr2", "chr3"], 500)
    expected = [by_hand(chroms, places, *pair) for pair in zip(others, wanted, strict=True)]
    np.testing.assert_array_equal(nearest_places(chroms, places, others, wanted), expected)


def test_places_at_one_position_are_as_near_as_the_nearest():
    rng = np.random.default_rng(0)
    places, wanted = rng.integers(0, 30, 40), np.arange(-5, 40)
    chroms, others = np.repeat("a", 40), np.repeat("a", len(wanted))
    found = nearest_places(chroms, places, others, wanted)
    expected = [by_hand(chroms, places, "a", position) for position in wanted]
    np.testing.assert_array_equal(places[found], places[expected])


def test_of_two_equally_near_the_lower():
    assert nearest_places(["a", "a"], [20, 10], ["a"] * 3, [15, 14, 16]).tolist() == [1, 1, 0]


def test_names_of_chromosomes_are_text():
    places = pd.DataFrame({"chrom": [1, 2], "position": [5, 5]})
    found = nearest_places(places["chrom"], places["position"], ["2", "1", "X"], [0, 9, 5])
    assert found.tolist() == [1, 0, -1]


def test_no_places_and_nothing_wanted():
    assert nearest_places([], [], ["a"], [3]).tolist() == [-1]
    assert nearest_places(["a"], [3], [], []).tolist() == []
