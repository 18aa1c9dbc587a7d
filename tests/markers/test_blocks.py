"""Blocks against the rule in a plain loop over corrcoef, and by hand."""

import numpy as np
import pytest

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.markers.blocks import best_blocks, block_sums, ld_blocks
from chromolens.tables.markers import LD_BLOCKS
from tests.markers.made import dosages, markers_of


def cross(samples: int, counts: dict[str, int], switch: float, seed: int = 0) -> np.ndarray:
    """Haploid dosages of a cross: along a chromosome the parent changes with chance ``switch``."""
    rng = np.random.default_rng(seed)
    changes = rng.random((samples, sum(counts.values()))) < switch
    changes[:, np.cumsum([0, *counts.values()])[:-1]] = rng.random((samples, len(counts))) < 0.5
    return (changes.cumsum(axis=1) % 2).astype(np.int8)


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_the_rule_in_a_plain_loop(at_once):
    counts = {"I": 40, "II": 25, "X": 1}
    markers, dosage = markers_of(**counts), cross(200, counts, 0.05)
    correlations = np.corrcoef(dosage.T) ** 2
    assert np.abs(correlations - 0.5).min() > 1e-4  # no tie decides
    expected, tag, number = [], 0, 0
    for place in range(66):
        new = markers["chrom"][place] != markers["chrom"][tag]
        if new or correlations[tag, place] < 0.5:
            tag, number = place, number + 1
        expected.append(number)
    found = ld_blocks(markers, dosage, at_once=at_once)
    assert found.tolist() == expected
    assert 4 < found.max() < 60  # blocks of several markers


def test_training_samples_alone_make_blocks():
    markers, dosage = markers_of(I=30), cross(300, {"I": 30}, 0.05)
    rows = np.arange(0, 300, 2)
    alone = ld_blocks(markers, dosage[rows])
    assert ld_blocks(markers, dosage, rows).tolist() == alone.tolist()
    assert ld_blocks(markers, dosage).tolist() != alone.tolist()


def test_a_marker_that_does_not_vary_stays_where_it_lies():
    a, b = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    flat, hole = np.array([1, 1, 1, 1]), np.array([-1, -1, -1, -1])
    dosage = np.stack([flat, a, flat, a, hole, b, b, flat], axis=1)
    assert ld_blocks(markers_of(I=7, X=1), dosage).tolist() == [0, 0, 0, 0, 0, 1, 1, 2]


def test_a_correlation_on_the_bound_is_in_the_block():
    # r2 = 1/2: covariance 1/2, variances 1/2 and 1 (of -1, 0, 0, 1 and -1, -1, 1, 1)
    dosage = np.tile([[0, 0], [1, 0], [1, 1], [2, 1]], (7, 1))
    assert ld_blocks(markers_of(I=2), dosage, r2=0.5).tolist() == [0, 0]
    assert ld_blocks(markers_of(I=2), dosage, r2=0.51).tolist() == [0, 1]


def test_sums_and_leads_by_hand(tmp_path):
    markers, mass = markers_of(I=4, X=3), np.array([1, 3, 3, 1, 0, 0, 2.0])
    found = block_sums(markers, np.array([0, 0, 0, 1, 2, 2, 3]), mass)
    assert found["mass"].tolist() == [7, 1, 0, 2]
    assert found["share"].tolist() == [0.7, 0.1, 0, 0.2]
    assert found["lead"].tolist() == ["m1", "m3", "m4", "m6"]  # of equals the first
    assert found[["first", "last"]].to_numpy().tolist() == [
        [1000, 3000], [4000, 4000], [1000, 2000], [3000, 3000]]  # fmt: skip
    assert best_blocks(found)["lead"].tolist() == ["m1", "m6"]
    tables.write(LD_BLOCKS, found, tmp_path / "blocks.tsv")
    assert tables.read(LD_BLOCKS, tmp_path / "blocks.tsv").equals(found)


def test_markers_out_of_order_are_named():
    markers = markers_of(I=2, X=2)
    with pytest.raises(BadInput, match="I:1000 begins a second time") as error:
        ld_blocks(markers.iloc[[1, 2, 3, 0]], dosages(9, 4))
    assert "marker 'm0' (number 4)" in str(error.value)
    with pytest.raises(BadInput, match="X:1000 comes after a larger one"):
        ld_blocks(markers.iloc[[0, 1, 3, 2]], dosages(9, 4))
