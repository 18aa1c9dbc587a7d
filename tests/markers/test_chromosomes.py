"""Shares and concentrations in closed form."""

import numpy as np
import pytest

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.markers.chromosomes import (
    chromosome_shares,
    concentration,
    gini,
    peaks,
    rotation,
)
from chromolens.markers.scaling import scaling
from chromolens.tables.markers import CHROMOSOME_SHARES
from tests.markers.made import markers_of


def test_shares_by_hand(tmp_path):
    found = chromosome_shares(markers_of(I=6, II=3, X=1), np.array([1.0] * 6 + [2, 0, 0, 2]))
    assert found["expected"].tolist() == [0.6, 0.3, 0.1]
    assert found["share"].tolist() == [0.6, 0.2, 0.2]
    np.testing.assert_allclose(found["enrichment"], [1, 2 / 3, 2])
    assert found["largest"].tolist() == [1, 2, 2]
    found_peaks = peaks(markers_of(I=6, II=3, X=1), np.array([1.0] * 6 + [2, 0, 0, 2]))
    assert found_peaks.to_dict() == {"I": 1, "II": 2, "X": 2}  # the mean is 1
    tables.write(CHROMOSOME_SHARES, found, tmp_path / "c.tsv")
    assert tables.read(CHROMOSOME_SHARES, tmp_path / "c.tsv").equals(found)


def test_an_even_profile():
    found = concentration(markers_of(I=50, II=30, X=20), np.full(100, 0.3), last=10)
    assert found["half"] == pytest.approx(0.5)
    assert found["gini"] == pytest.approx(0, abs=1e-12)
    assert found["gini_chromosomes"] == pytest.approx(0, abs=1e-12)
    assert found["slope"] == pytest.approx(0, abs=1e-9)
    assert found["effective_chromosomes"] == pytest.approx(1 / (0.25 + 0.09 + 0.04))
    assert found["effective_expected"] == pytest.approx(found["effective_chromosomes"])
    assert (found["last_share"], found["last_expected"]) == pytest.approx((0.1, 0.1))


def test_all_mass_on_the_last_marker():
    mass = np.zeros(100)
    mass[-1] = 2
    found = concentration(markers_of(I=50, II=30, X=20), mass, last=200)
    assert found["gini"] == pytest.approx(1 - 1 / 100)
    assert found["gini_chromosomes"] == pytest.approx(0.8)  # one of 20 % has all
    assert found["effective_chromosomes"] == 1
    assert found["half"] == pytest.approx(0.995)
    assert found["silent"] == 99 and np.isnan(found["slope"])
    assert (found["last_expected"], found["last_share"]) == (1, 1)


def test_a_mass_that_fades_from_the_end():
    mass = 10 ** (-0.004 * np.arange(3000)[::-1])
    found = concentration(markers_of(I=2000, X=1000), mass)
    assert found["slope"] == pytest.approx(-0.004 * 2999)  # decades over all of it
    # geometric sums: a share 1 - q^k lies on the last k inputs
    assert found["last_share"] == pytest.approx(1 - 10 ** (-0.004 * 109))  # 3.6 %
    assert found["half"] == pytest.approx(1 - np.log10(2) / 0.004 / 3000, abs=1 / 3000)


def test_gini_is_the_mean_difference():
    values = np.random.default_rng(0).exponential(size=60)
    weights = np.random.default_rng(1).integers(1, 5, 60)
    each = np.repeat(values, weights)
    expected = np.abs(each[:, None] - each).mean() / (2 * each.mean())
    assert gini(values, weights) == pytest.approx(expected)


def test_rotation_keeps_chromosomes_whole():
    markers = markers_of(I=3, II=2, X=1)
    order = rotation(markers, "X")
    assert order.tolist() == [5, 0, 1, 2, 3, 4]
    assert markers.iloc[rotation(markers, "II")]["chrom"].tolist() == [
        "II", "II", "X", "I", "I", "I"]  # fmt: skip
    with pytest.raises(BadInput, match="no chromosome 'IV'"):
        rotation(markers, "IV")


def test_scaling_blows_up_rounding():
    markers = markers_of(I=2, II=2, V=1, X=2)
    found = scaling(markers, np.array([1e-19, 3e-19, 0.1, 0.2, 0, 0.5, 1]))
    assert found.chrom == "I" and found.factor == pytest.approx(1 / 3e-19)
    assert found.silent == 1
    assert found.rounding_markers == pytest.approx(3 / 7)
    assert found.rounding_mass == pytest.approx(4e-19 / 1.8)
    # I: 4/3, II: 1.5, X: 1.5
    assert found.rounding_after == pytest.approx((4 / 3) / (4 / 3 + 3))


@pytest.mark.parametrize(
    ("mass", "said"),
    [
        (np.zeros(3), "every contribution is 0"),
        (np.array([1, -1, 1]), "mass of -1"),
        (np.array([1, np.nan, 1]), "input 2"),
        (np.ones(4), "4 values for 3 markers"),
    ],
)
def test_what_is_no_mass_is_refused(mass, said):
    with pytest.raises(BadInput, match=said):
        concentration(markers_of(I=2, X=1), mass)
