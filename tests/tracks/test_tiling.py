"""The grid of windows: anchored to the chromosome, complete, blind to shards."""

import h5py
import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.tracks.tiling import Cover, Tiling, touching, window_starts


@pytest.mark.parametrize("length", [20, 21, 39, 40, 41, 100, 103])
@pytest.mark.parametrize("stride", [1, 5, 7, 20])
def test_every_base_is_covered_and_no_window_leaves_the_chromosome(length, stride):
    starts = window_starts(length, 20, stride)
    covered = {base for start in starts for base in range(start, start + 20)}
    assert covered == set(range(length))
    assert np.all(starts[:-1] % stride == 0)
    assert np.all(np.diff(starts) > 0)


def test_a_chromosome_shorter_than_a_window_has_none():
    assert len(window_starts(19, 20, 5)) == 0


@pytest.mark.parametrize(
    "region", [(0, 1), (0, 103), (19, 20), (20, 21), (37, 64), (102, 103)], ids=str
)
def test_touching_windows_are_those_of_a_plain_loop(region):
    starts, region = window_starts(103, 20, 7), Interval("c", *region)
    near = [s for s in starts if s < region.end and s + 20 > region.start]
    assert starts[touching(starts, 20, region)].tolist() == near


def test_windows_with_too_many_unknown_bases_are_skipped():
    codes = np.zeros((3, 10), dtype=np.uint8)
    codes[1, :5], codes[2, :6] = 4, 4
    assert Tiling(10, 5, max_n=0.5).keeps(codes).tolist() == [True, True, False]


@pytest.mark.parametrize(
    "settings", [{"stride": 0}, {"stride": 21}, {"stitching": "median"}, {"max_n": 1.5}], ids=str
)
def test_a_tiling_that_makes_no_sense_is_refused(settings):
    with pytest.raises(BadInput):
        Tiling(**{"window": 20, "stride": 5} | settings)


def test_shards_of_earlier_versions_are_named(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        with pytest.raises(BadInput, match="earlier version") as refused:
            Cover.read(file.create_group("chr1-0-10"))
    assert str(tmp_path / "a.h5") in str(refused.value)
