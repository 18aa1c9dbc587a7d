"""The part of the report on thresholds and the mask."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from synthetic_tables import written

from chromolens import tables
from chromolens.report.figures import sweep as sweep_figure
from chromolens.report.page import render
from chromolens.report.sections import subsets
from chromolens.report.sections.subsets import thresholds
from chromolens.tables.sis import COUNTS, SUBSETS, SWEEP


@pytest.fixture(scope="module")
def shown(study):
    return thresholds.context(study)


def test_a_row_a_fold_and_those_outside_are_marked(shown):
    table = shown["table"]
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    assert [row["fold"] for row in rows] == ["fold0", "fold1"] * 2
    assert (rows[0]["threshold"], rows[1]["threshold"]) == ("1.25", "−0.5")
    assert rows[1]["masked pass"] == "2" and rows[1]["below"] == "1"
    assert rows[0]["shuffles, 1–99 %"] == "−4 to −1.5"
    said = [row["what that means"] for row in rows]
    assert said[0] == "good: as without motifs" and said[1] == "masked window passes"
    assert table.marked == {1, 3}


def test_nothing_of_a_null_is_marked_and_a_mask_below_the_threshold_holds(study):
    quiet = thresholds.context(dataclasses.replace(study, nulls=frozenset({"cnn"})))["table"]
    assert not quiet.marked
    row = {"verdict": "outside", "percentile": 99.5}
    assert thresholds._why(row, {"masked_passes": 0}) == "fine: below threshold"


def test_sentences_count_what_is_left_out_and_judge_each_mask(study, shown):
    told, of_nulls = shown["told"]
    assert "With the mask 0.25" in told and "in 2 of 4 cases" in told
    assert told.endswith(
        "Other masks: 0: 0 of 4 inside. No subset was searched for in 4 windows above the "
        "threshold even when fully masked and 2 windows below it."
    )
    assert of_nulls == ""
    turned = thresholds.context(dataclasses.replace(study, nulls=frozenset({"cnn"})))["told"]
    assert turned == ["", f"Nulls: {told}"]


def test_the_sweep_is_told_in_a_sentence(shown):
    first = shown["panels"][0]
    assert first["title"] == "Reb1 · cnn" and "percentile of the positives" in first["scale"]
    assert "10 of 20 windows have a subset; the first one has 10 bases" in first["told"]
    assert "(5 at 10 on the axis, 15 at 90; exact search)" in first["told"]


def test_the_curve_goes_through_the_table(study):
    table = tables.read(SWEEP, study.sweeps["cnn", "Reb1"])
    drawing = sweep_figure.sizes(table, "x")
    # 0 to 100 lie at 34 to 190 and sizes 0 to 17 at 92 to 12: 5 at 10 %, 10 at 50 %, 15 at 90 %
    places = [(34 + 1.56 * at, 92 - 80 * size / 17) for at, size in ((10, 5), (50, 10), (90, 15))]
    path = "L".join(f"{x:g} {round(y, 2):g}" for x, y in places)
    assert f"M{path}" in drawing and "nan" not in drawing
    assert "s threshold: 10</title>" in drawing


def test_a_sweep_in_which_nothing_is_found(study, tmp_path):
    table = tables.read(SWEEP, study.sweeps["cnn", "Reb1"])
    table[["with_subset", "windows"]] = 0
    table[["q25", "median", "q75"]] = np.nan
    none = dataclasses.replace(
        study, sweeps={("cnn", "Reb1"): written(SWEEP, table, tmp_path / "none.tsv")}
    )
    (panel,) = thresholds.context(none)["panels"]
    assert "no window of the sweep has a subset" in panel["told"] and "nan" not in panel["sizes"]


def test_windows_with_thresholds_of_their_own(study, tmp_path):
    counts = pd.DataFrame([("fold0", np.nan, 40, 0, 0, 40, 61)], columns=COUNTS.names)
    paths = {"counts": written(COUNTS, counts, tmp_path / "counts.tsv")}
    own = thresholds.context(dataclasses.replace(study, sis={("cnn", "Reb1"): paths}))
    assert own["table"].rows[0][3] == "of its own" and "No subset" not in own["told"][0]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((0, 0, 0), "No window reached the threshold, so there is no subset."),
        (
            (9, 9, 0),
            "found. No subset was searched for in 9 windows above the threshold even when fully",
        ),
        (
            (1, 0, 1),
            "No subset was found. No subset was searched for in 1 window below the threshold.",
        ),
    ],
)
def test_no_subset_at_all_has_a_reason(study, tmp_path, numbers, words):
    counts = pd.DataFrame([("fold0", 2.0, *numbers, 0, 0)], columns=COUNTS.names)
    none = written(SUBSETS, tables.empty(SUBSETS), tmp_path / "sis.tsv")
    paths = {"sis": none, "counts": written(COUNTS, counts, tmp_path / "counts.tsv")}
    lean = dataclasses.replace(study, sis={("cnn", "Reb1"): paths})
    assert words in subsets.context(lean)["groups"][0]["summary"]


def test_the_page_bears_that_all_of_it_is_missing(study, page):
    assert "Thresholds and mask" in page
    paths = {name: path for name, path in study.sis["cnn", "Reb1"].items() if name != "counts"}
    lean = dataclasses.replace(study, sis={("cnn", "Reb1"): paths}, sweeps={}, masks=[], tracks={})
    assert "Thresholds and mask" not in render(lean)
