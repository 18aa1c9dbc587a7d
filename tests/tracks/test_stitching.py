"""Stitching against plain loops over bases and windows."""

import numpy as np
import pytest

from chromolens.genome.intervals import Interval
from chromolens.tracks.shards import stitch
from chromolens.tracks.tiling import window_starts

WIDTH = 12


def _windows(length, stride, width=WIDTH):
    starts = window_starts(length, width, stride)
    values = np.random.default_rng(0).normal(size=(2, len(starts), width)).astype("float32")
    return starts, values


@pytest.mark.parametrize("region", [(0, 50), (7, 31), (49, 50)], ids=str)
@pytest.mark.parametrize("stride", [1, 5, 12])
def test_mean_is_the_mean_over_covering_windows(stride, region):
    starts, values = _windows(50, stride)
    found = stitch(values, starts, WIDTH, Interval("c", *region), "mean")
    for task in range(2):
        for base in range(*region):
            over = [values[task, i, base - s] for i, s in enumerate(starts)
                    if s <= base < s + WIDTH]  # fmt: skip
            expected = sum(float(v) for v in over) / len(over)
            assert found[task, base - region[0]] == expected


@pytest.mark.parametrize("width", [12, 13])
@pytest.mark.parametrize("stride", [1, 5, 12])
def test_centre_takes_the_nearest_window_and_the_first_of_two(stride, width):
    starts, values = _windows(50, stride, width)
    found = stitch(values, starts, width, Interval("c", 0, 50), "centre")
    for base in range(50):
        over = [(abs(base - (s + (width - 1) / 2)), s, i) for i, s in enumerate(starts)
                if s <= base < s + width]  # fmt: skip
        _, start, i = min(over)
        np.testing.assert_array_equal(found[:, base], values[:, i, base - start])


@pytest.mark.parametrize("policy", ["mean", "centre"])
def test_bases_without_a_window_are_absent(policy):
    values = np.ones((1, 2, WIDTH), dtype="float32")
    found = stitch(values, np.array([3, 30]), WIDTH, Interval("c", 0, 50), policy)[0]
    expected = np.full(50, np.nan)
    expected[3:15] = expected[30:42] = 1
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("policy", ["mean", "centre"])
def test_one_number_per_window_is_spread_over_its_bases(policy):
    starts, _ = _windows(50, 5)
    values = np.arange(len(starts), dtype="float32")[None, :, None]
    wide = np.repeat(values, WIDTH, axis=2)
    region = Interval("c", 4, 40)
    np.testing.assert_array_equal(
        stitch(values, starts, WIDTH, region, policy), stitch(wide, starts, WIDTH, region, policy)
    )
