"""The section on positions: verdicts, numbers and curves of made-up audits."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from synthetic_tables import NULL

from chromolens.report.figures import positions as figure
from chromolens.report.page import render
from chromolens.report.sections import positions


def test_a_verdict_and_a_figure_for_each_model(study):
    found = positions.context(study)["panels"]
    assert [(panel["model"], panel["kind"]) for panel in found] == [
        ("cnn", "learned"),
        (NULL, "even"),
    ]
    assert "moves with the content" in found[0]["told"]
    assert found[0]["figure"].count('class="curve trained"') == 1
    assert found[0]["figure"].count('class="untrained"') == 1
    assert [panel["figure"].count('class="lens"') for panel in found] == [1, 0]


def test_the_table_has_the_numbers_of_each_profile(study):
    table = positions.context(study)["table"]
    assert [row[1] for row in table.rows[:4]] == ["trained", "shifted", "untrained", "even"]
    (trained, shifted, untrained, even), null = table.rows[:4], table.rows[4]
    assert trained[2] == "learned" and null[2] == "even" and not shifted[2]
    # 40 positions of 40 and 161 of 1: 1600 / 1761 of the mass, of which 10 hold 0.57 %
    assert float(trained[3].removesuffix(" %")) == pytest.approx(91, abs=1.5)
    assert float(trained[4].removesuffix(" %")) == pytest.approx(0.57, abs=0.2)
    assert re.fullmatch(r"\d+ % \(\d+ to \d+ %\)", untrained[3])
    assert even[5] == "5 %"  # 10 of 201


def test_the_curve_of_the_trained_network_is_highest_in_its_zone(study):
    drawn = positions.context(study)["panels"][0]["figure"]
    box = re.search(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', drawn)
    left, right = float(box[1]), float(box[1]) + float(box[2])
    path = re.search(r'd="([^"]+)" class="curve trained"', drawn)[1]
    points = [tuple(map(float, pair.split(" "))) for pair in re.findall(r"[ML]([\d. ]+)", path)]
    inside = [y for x, y in points if left + 2 < x < right - 2]
    outside = [y for x, y in points if x < left - 2 or x > right + 2]
    assert len(inside) > 30 and max(inside) < min(outside)  # y runs down


def test_a_study_without_audits_says_so(study):
    bare = dataclasses.replace(study, positions={}, profiles={})
    assert positions.context(bare)["table"] is None
    assert "No model of this study was audited" in render(bare)


def test_what_is_below_the_axis_leaves_a_gap_and_the_band_is_cut_there():
    profile = pd.DataFrame({"position": np.arange(4.0), "trained": [1e-12, 1, 1, 0]})
    same = {"shifted": 1.0, "untrained_low": 1e-12, "untrained_high": 1.0}
    drawn = figure.profiles(profile.assign(**same), [], 4, "made up")
    path = re.search(r'd="([^"]+)" class="curve trained"', drawn)[1]
    assert len(re.findall("[ML]", path)) == 2
    ends = [float(pair.split(",")[1]) for pair in re.search(r'points="([^"]+)"', drawn)[1].split()]
    assert max(ends) == pytest.approx(132)  # the axis
