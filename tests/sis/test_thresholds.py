"""Thresholds from a study's setting."""

import numpy as np
import pytest

from chromolens.errors import BadInput
from chromolens.sis.thresholds import fold_thresholds, relative_thresholds, threshold_of


def test_a_number_stands_for_itself():
    assert threshold_of(-1.5, np.zeros(0)) == -1.5


def test_percentile_of_each_fold_by_itself():
    # numbers 0 to 100: the 90th percentile is 90
    predictions = {"fold0": np.arange(101.0), "fold1": np.append(np.arange(101.0) - 7, np.nan)}
    assert fold_thresholds({"percentile": 90}, predictions) == {"fold0": 90.0, "fold1": 83.0}


def test_relative_is_a_share_of_the_rise_over_the_masked_input():
    found = relative_thresholds({"relative": 0.25}, np.array([4.0, 1.0]), np.array([0.0, -3.0]))
    assert found.tolist() == [1.0, -2.0]


@pytest.mark.parametrize(
    "spec", [{"percentile": 101}, {"percent": 90}, {"relative": 0.5}, {}, True, "high", np.inf]
)
def test_what_is_no_threshold(spec):
    with pytest.raises(BadInput):
        threshold_of(spec, np.arange(5.0))


def test_percentile_of_nothing():
    with pytest.raises(BadInput, match="none"):
        threshold_of({"percentile": 90}, np.array([np.nan]))


@pytest.mark.parametrize("share", [0, 1.5])
def test_relative_shares(share):
    with pytest.raises(BadInput):
        relative_thresholds({"relative": share}, np.ones(1), np.zeros(1))


def test_relative_to_a_mask_that_is_higher():
    with pytest.raises(BadInput, match="input 1"):
        relative_thresholds({"relative": 0.5}, np.array([2.0, 0.5]), np.array([1.0, 1.0]))
