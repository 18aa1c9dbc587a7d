"""Masses against numpy and scipy on the whole arrays, and what is refused."""

import h5py
import numpy as np
import pytest
from scipy import stats

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.markers import masses as module
from chromolens.markers.masses import masses, paired
from chromolens.tables.markers import MARKER_MASSES
from tests.markers.made import dosages, markers_of


def contributions(samples: int, count: int) -> np.ndarray:
    return np.random.default_rng(1).normal(1, 2, (samples, count)).astype(np.float32)


def test_numbers_are_those_of_the_whole_arrays(monkeypatch):
    monkeypatch.setattr(module, "_CELLS", 70)  # blocks of ten samples, the last of seven
    c, d, markers = contributions(47, 7), dosages(47, 7, missing=0.2), markers_of(I=4, X=3)
    assert len(list(paired(c, d))) == 5
    found = masses(markers, paired(c, d))
    wide = c.astype(float)
    np.testing.assert_allclose(found["mass"], np.abs(wide).mean(axis=0), rtol=1e-9)
    np.testing.assert_allclose(found["mean"], wide.mean(axis=0), rtol=1e-9)
    np.testing.assert_allclose(found["share"], found["mass"] / np.abs(wide).sum() * 47, rtol=1e-9)
    for marker in range(7):
        there = d[:, marker] >= 0
        line = stats.linregress(d[there, marker], wide[there, marker])
        assert found["slope"][marker] == pytest.approx(line.slope, rel=1e-9)
        assert found["direction"][marker] == np.sign(line.slope)
        assert found["known"][marker] == there.sum() < found["samples"][marker] == 47


def test_rows_find_their_dosages_in_a_file(tmp_path):
    d, rows = dosages(30, 5), np.random.default_rng(2).permutation(30)[:12]
    c = d[rows] * np.float32([1, -1, 2, -2, 3])
    with h5py.File(tmp_path / "g.h5", "w") as file:
        found = masses(markers_of(I=5), paired(c, file.create_dataset("dosage", data=d), rows))
    np.testing.assert_allclose(found["slope"], [1, -1, 2, -2, 3], rtol=1e-12)
    assert found["direction"].tolist() == [1, -1, 1, -1, 1]


def test_contributions_that_do_not_go_with_the_dosage_have_no_direction():
    d = np.array([[0, 1, 0], [1, 1, 0], [0, 1, -1], [1, 1, 0]], np.int8)
    c = np.array([[1, 5, 1], [1, 7, 2], [-1, 5, 3], [-1, 7, 4]], float)  # by hand
    found = masses(markers_of(I=3), [(c, d)])
    assert found["direction"].tolist() == [0, 0, 0]
    assert found["slope"][0] == 0 and found["slope"][1:].isna().all()


def test_the_faintest_contributions_keep_their_direction():
    d = dosages(20, 2)
    found = masses(markers_of(I=2), [(d * np.array([1e-19, -1e-30]), d)])
    assert found["direction"].tolist() == [1, -1]
    np.testing.assert_allclose(found["slope"], [1e-19, -1e-30], rtol=1e-9)


def test_float_dosages_have_holes_too():
    d = np.array([[0.0], [0.5], [np.nan], [2.0]])
    found = masses(markers_of(I=1), [(np.array([[0.0], [1.0], [9.0], [4.0]]), d)])
    assert found.loc[0, ["mass", "slope", "known"]].tolist() == [3.5, 2, 3]


def test_the_table_is_read_back(tmp_path):
    found = masses(markers_of(I=3), [(contributions(9, 3), dosages(9, 3))])
    tables.write(MARKER_MASSES, found, tmp_path / "masses.tsv.gz")
    assert tables.read(MARKER_MASSES, tmp_path / "masses.tsv.gz").equals(found)


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([], "no contributions"),
        ([(np.ones((2, 2)), np.ones((2, 2)))], "2 values for 3 markers"),
        ([(np.ones((2, 3)), np.ones((2, 2)))], "2 values for 3 markers"),
        ([(np.ones((2, 3)), np.ones((2, 3))), (np.full((1, 3), np.nan), np.ones((1, 3)))],
         "sample 3, marker 1"),
    ],
)  # fmt: skip
def test_what_is_refused(blocks, said):
    with pytest.raises(BadInput, match=said):
        masses(markers_of(I=3), blocks)


def test_rows_and_samples_must_agree():
    with pytest.raises(BadInput, match="4 samples with contributions, 3 rows"):
        list(paired(np.ones((4, 2)), dosages(9, 2), np.arange(3)))
