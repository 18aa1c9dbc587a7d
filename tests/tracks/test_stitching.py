"""Stitching against plain loops over bases and windows."""

import numpy as np
import pytest
from track_fakes import chrombpnet_track

from chromolens.genome.intervals import Interval
from chromolens.tracks.stitching import stitch
from chromolens.tracks.tiling import POLICIES, window_starts

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


@pytest.mark.parametrize("policy", POLICIES)
def test_bases_without_a_window_are_absent(policy):
    values = np.ones((1, 2, WIDTH), dtype="float32")
    found = stitch(values, np.array([3, 30]), WIDTH, Interval("c", 0, 50), policy)[0]
    expected = np.full(50, np.nan)
    expected[3:15] = expected[30:42] = 1
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("policy", POLICIES)
def test_one_number_per_window_is_spread_over_its_bases(policy):
    starts, _ = _windows(50, 5)
    values = np.arange(len(starts), dtype="float32")[None, :, None]
    wide = np.repeat(values, WIDTH, axis=2)
    region = Interval("c", 4, 40)
    np.testing.assert_array_equal(
        stitch(values, starts, WIDTH, region, policy), stitch(wide, starts, WIDTH, region, policy)
    )


def test_nearest_summit_is_what_chrombpnet_writes():
    rng = np.random.default_rng(3)
    summits = np.unique(rng.integers(6, 194, 30))
    assert (np.diff(summits) > WIDTH).any() and (np.diff(summits) % 2 == 1).any()
    values = rng.normal(size=(1, len(summits), WIDTH)).astype("float32")
    region = Interval("c", 0, 200)
    found = stitch(values, summits - WIDTH // 2, WIDTH, region, "nearest_summit")[0]
    expected = np.full(200, np.nan)
    for base, value in chrombpnet_track(summits.tolist(), values[0], WIDTH).items():
        expected[base] = value
    np.testing.assert_array_equal(found, expected)
    centre = stitch(values, summits - WIDTH // 2, WIDTH, region, "centre")[0]
    halfway = {int(a + b) // 2 for a, b in zip(summits, summits[1:], strict=False) if (a + b) % 2}
    differ = np.flatnonzero(~((found == centre) | (np.isnan(found) & np.isnan(centre))))
    assert 0 < len(differ) and set(differ.tolist()) <= halfway


@pytest.mark.parametrize("width", [12, 13])
def test_distance_weighted_is_the_sum_over_covering_windows(width):
    starts, values = _windows(50, 5, width)
    found = stitch(values, starts, width, Interval("c", 3, 47), "distance_weighted")
    for base in range(3, 47):
        over = [(i, base - s) for i, s in enumerate(starts) if s <= base < s + width]
        weights = [1 + min(place, width - 1 - place) for _, place in over]
        each = [
            w * values[0, i, place].item() for w, (i, place) in zip(weights, over, strict=True)
        ]
        np.testing.assert_allclose(found[0, base - 3], sum(each) / sum(weights), rtol=1e-12)
