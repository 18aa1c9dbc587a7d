"""Scales of folds, by hand."""

import h5py
import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.scores import seal
from chromolens.tracks.scaling import (
    mean_square,
    read_scales,
    relative_scales,
    root_mean,
    write_scales,
)


def test_root_mean_square_by_hand():
    values = np.arange(1, 7, dtype="float32").reshape(3, 2)
    power = mean_square(values)
    np.testing.assert_array_equal(power, [(1 + 4) / 2, (9 + 16) / 2, (25 + 36) / 2])
    assert root_mean(power) == pytest.approx(np.sqrt((1 + 4 + 9 + 16 + 25 + 36) / 6))
    assert np.isnan(root_mean(power[:0]))


def test_folds_are_divided_by_their_share_of_the_mean():
    assert relative_scales({"a": 1.0, "b": 3.0}) == {"a": 0.5, "b": 1.5}


def test_a_silent_fold_is_left_alone():
    found = relative_scales({"a": 2.0, "b": 0.0, "c": 6.0, "d": float("nan")})
    assert found == {"a": 0.5, "b": 1.0, "c": 1.5, "d": 1.0}
    assert relative_scales({"a": 0.0}) == {"a": 1.0}


def test_scales_come_back_from_a_file(tmp_path):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        write_scales(file, {"t": {"fold0": 0.25, "fold1": 1.5}})
    seal(tmp_path / "w.h5")
    assert read_scales(tmp_path / "w.h5", "t") == {"fold0": 0.25, "fold1": 1.5}
    with pytest.raises(BadInput, match="'u'"):
        read_scales(tmp_path / "w.h5", "u")
