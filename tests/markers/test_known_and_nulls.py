"""Known loci and null bands by hand."""

import numpy as np
import pandas as pd
import pytest

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.markers.blocks import best_blocks, block_sums
from chromolens.markers.known import known_loci
from chromolens.markers.nulls import against_maxima, band, bands
from chromolens.markers.runs import first_largest, leads
from chromolens.tables.markers import KNOWN_LOCI, NULL_BANDS
from tests.markers.made import markers_of

MARKERS = markers_of(I=10, II=5)


def test_loci_are_found_by_the_lead_of_their_chromosome(tmp_path):
    mass = np.r_[[0, 1, 0, 0, 0, 0, 9, 8, 0, 0.0], [0, 0, 0, 0, 3.0]]
    best = leads(MARKERS, mass)
    blocks = best_blocks(block_sums(MARKERS, np.repeat([0, 1, 2], 5), mass))
    loci = pd.DataFrame(
        {"trait": ["Ethanol", "Ethanol", "Copper"], "chrom": ["I", "II", "I"],
         "position": [8500, 1000, 7000]}
    )  # fmt: skip
    sources = {("Ethanol", "scan"): best, ("Ethanol", "cnn"): best.iloc[:1]}
    found = known_loci(loci, MARKERS, sources, {("Ethanol", "scan"): blocks}, within=1500)
    assert found["source"].tolist() == ["scan", "cnn", "scan", "cnn"]  # none of copper
    assert found["lead"].tolist() == ["m6", "m6", "m14", ""]
    assert found["distance"].tolist()[:3] == [1500, 1500, 4000] and np.isnan(found["distance"][3])
    assert found["found"].tolist() == [True, True, False, False]
    assert found["rank"].tolist()[:3] == [1, 1, 2]
    # within 1,500 of 8,500: 7, 8, 9, 10 of ten; of 1,000: 1, 2 of five
    assert found["chance"].tolist() == [0.4, 0.4, 0.4, 0.4]
    assert found["block_distance"].tolist()[0] == 0 and np.isnan(found["block_distance"][1])
    tables.write(KNOWN_LOCI, found, tmp_path / "known.tsv")
    read = tables.read(KNOWN_LOCI, tmp_path / "known.tsv")
    pd.testing.assert_frame_equal(read, found, check_dtype=False)


@pytest.mark.parametrize(("position", "distance"), [(500, 500), (1000, 0), (5000, 0), (5100, 100)])
def test_the_distance_to_a_block(position, distance):
    blocks = best_blocks(block_sums(MARKERS, np.repeat([0, 1, 2], 5), np.arange(15.0)[::-1]))
    loci = pd.DataFrame({"trait": ["t"], "chrom": ["I"], "position": [position]})
    key = ("t", "scan")
    found = known_loci(loci, MARKERS, {key: leads(MARKERS, np.ones(15))}, {key: blocks})
    assert found["block_distance"].tolist() == [distance]


def test_a_locus_on_another_chromosome_is_refused():
    loci = pd.DataFrame({"trait": ["Ethanol"], "chrom": ["chrI"], "position": [1]})
    with pytest.raises(BadInput, match="no marker on 'chrI', where a locus of 'Ethanol'"):
        known_loci(loci, MARKERS, {})


def test_the_first_of_the_largest():
    values = np.array([1, 5, 5 * (1 + 1e-7), np.nan, 2, -1e-30, np.nan, np.inf])
    assert first_largest(values, np.array([0, 3, 5, 6, 7])).tolist() == [1, 4, 5, 6, 7]


def test_a_band_by_hand():
    draws = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    found = band(0.85, draws)
    assert (found.low, found.median, found.high, found.draws) == (0.1, 0.55, 1, 10)
    assert (found.rank, found.p) == (3, 3 / 11)
    assert band(2, draws).p == 1 / 11 and band(2, draws).rank == 1
    assert band(0, draws).p == 1
    assert band(0.9, draws).rank == band(0.9 * (1 + 1e-9), draws).rank == 3  # ties count
    for few in (draws[:9], [*draws[:9], np.nan]):
        with pytest.raises(BadInput, match="9 null draws"):
            band(0.5, few)


def test_the_largest_of_each_draw_is_what_chromosomes_are_held_against(tmp_path):
    values = pd.Series({"I": 2.5, "II": 1.0})
    draws = pd.DataFrame({"II": np.r_[np.full(9, 3.0), 0.1], "I": np.r_[np.ones(9), 0.2]})
    found = against_maxima(values, draws).set_index("statistic")
    assert found["p"].tolist() == [10 / 11, 10 / 11]  # alone, I would be the first of all
    assert bands(values, draws).set_index("statistic").loc["I", "rank"] == 1
    table = found.reset_index()
    for place, name in enumerate(("model", "task", "method", "null")):
        table.insert(place, name, "a")
    tables.write(NULL_BANDS, table, tmp_path / "bands.tsv")
    pd.testing.assert_frame_equal(tables.read(NULL_BANDS, tmp_path / "bands.tsv"), table)
