"""Criteria on experiments in silico, on tables written by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from chromolens import tables
from chromolens.checks.acceptance import judge
from chromolens.checks.evidence import read_evidence
from chromolens.tables.experiments import CALIBRATION, MARGINAL, PROFILES, SPACING

EMPTY = read_evidence({})


def spacing() -> pd.DataFrame:
    """Of a + b the interaction is 10 less its gap, of a + M03 it is -1; only `all` counts."""
    rows = []
    for second, name in (("M02_B", "B"), ("M03", "")):
        for arrangement, more in (("all", 0), ("facing", 100)):
            for gap in range(11):
                value = more + (10 - gap if name else -1)
                rows.append(("main", "x", "M01_A", second, "A", name, arrangement, gap, value))
    names = ["model", "task", "first", "second", "first_name", "second_name", "arrangement"]
    table = pd.DataFrame(rows, columns=[*names, "gap", "interaction"])
    null = table.assign(model="null", interaction=0.0)
    return pd.concat([table, null]).reindex(columns=SPACING.names)


def calibration() -> pd.DataFrame:
    rows = [("a", "", 0.9, 0.8), ("a", "M01_A", 0.1, 0.1), ("b", "", 0.5, 0.95)]
    table = pd.DataFrame(rows, columns=["method", "motif", "slope", "r"]).assign(
        model="main", task="x", hits=7
    )
    return table.reindex(columns=CALIBRATION.names)


def marginal() -> pd.DataFrame:
    rows = [("M01_A", "A", -20.5, 9.0), ("M01_A", "A", 0.5, 2.0), ("M02_B", "B", 0.5, 3.0)]
    table = pd.DataFrame(rows, columns=["motif", "name", "offset", "low"])
    return table.assign(model="main", task="x", effect=4.0).reindex(columns=MARGINAL.names)


def profiles() -> pd.DataFrame:
    table = pd.DataFrame({"motif": ["M01_A", "M02_B"], "name": ["A", "B"], "r": [0.9, 0.7]})
    return table.assign(model="main", task="x", hits=7).reindex(columns=PROFILES.names)


FULL = replace(
    EMPTY,
    spacing=spacing(),
    calibration=calibration(),
    marginal=marginal(),
    motif_profiles=profiles(),
)


@pytest.mark.parametrize(
    ("criterion", "value"),
    [
        ({"value": "interaction", "names": ["b", "A"], "spacing": [2, 4]}, 7.0),
        ({"value": "interaction", "names": ["A", "B"], "spacing": [8, 99]}, 1.0),
        ({"value": "interaction", "names": ["a", "m03"], "spacing": [0, 99]}, -1.0),
        ({"value": "interaction", "names": ["M01_A", "M02_B"], "spacing": [0, 0]}, 10.0),
        ({"value": "other_interactions", "names": ["A", "B"], "spacing": [0, 99]}, -1.0),
        ({"value": "other_interactions", "names": ["A", "M03"], "spacing": [4, 6]}, 5.0),
        ({"value": "inserted", "names": ["A", "M02_B"]}, 2.0),
        ({"value": "inserted", "names": ["B"]}, 3.0),
        ({"value": "ablation", "names": [], "metric": "r", "method": "b"}, 0.95),
        ({"value": "ablation", "names": [], "metric": "slope"}, 0.5),
        ({"value": "substituted", "names": ["a", "M02_B"]}, 0.7),
        ({"value": "substituted", "names": ["M01_A"]}, 0.9),
    ],
)
def test_values(criterion, value):
    asked = {"kind": "floor", "min": value, "max": value, "model": "main"}
    row = judge([asked | criterion], FULL).iloc[0]
    assert row["value"] == pytest.approx(value) and row["result"] == "PASS"


def test_what_was_not_tried_fails():
    asked = {"kind": "floor", "min": -99.0, "model": "main", "spacing": [0, 9]}
    names = {
        "interaction": ["A", "C"],
        "other_interactions": [],
        "inserted": ["C"],
        "ablation": [],
        "substituted": ["C"],
    }
    for value, own in names.items():
        criterion = asked | {"value": value, "names": own, "metric": "r"}
        row = judge([criterion], EMPTY if value != "interaction" else FULL).iloc[0]
        assert np.isnan(row["value"]) and row["result"] == "FAIL", value
        assert "none" in row["explanation"]


def test_tables_are_read(tmp_path):
    tables.write(SPACING, spacing()[:0], tmp_path / "s.tsv")
    assert not len(read_evidence({"spacing": [tmp_path / "s.tsv"]}).spacing)
