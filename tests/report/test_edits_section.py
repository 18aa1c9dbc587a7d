"""The section of edited windows: what it says of tables that are written by hand."""

import dataclasses

import pandas as pd
import pytest
from partial_tables import write_partial

from chromolens.report.page import render
from chromolens.report.sections import edits
from chromolens.tables.edits import EDIT_SCORES, EDITS

KEYS = {"model": "cnn", "task": "Reb1"}


def path(edit, direction, steps):
    """Rows of one window's edits: (position, from, to, prediction, sequence)."""
    told = {"edit": edit, "direction": direction, "id": "w1", "fold": "fold0"}
    columns = ["position", "from", "to", "prediction", "sequence"]
    frame = pd.DataFrame(steps, columns=columns).assign(**told, **KEYS, ended="nothing improves")
    return frame.assign(step=range(len(frame)), position=frame["position"].astype("Int64"))


@pytest.fixture
def edited(study, tmp_path):
    text = "ACGTACGTACGTACGTACGTACGTACGTACGT"
    up = [(None, "", "", 0.25, text), (13, "C", "G", 0.5, text[:13] + "G" + text[14:])]
    down = [(None, "", "", 0.25, text), (0, "A", "A", 0.125, text)]
    table = pd.concat([path("ours", "up", up), path("published", "down", down)])
    write_partial(EDITS, table.reset_index(drop=True), tmp_path / "edits.tsv.gz")
    scores = pd.DataFrame(
        {"position": range(32), "base": list(text), "A": 0.0, "C": -1.0, "G": 2.0}
    )
    both = pd.concat([scores.assign(edit=name, T=0.5) for name in ("ours", "published")])
    both = both.assign(id="w1", **KEYS).reset_index(drop=True)
    both.loc[both["edit"] == "published", "G"] = 0.0
    write_partial(EDIT_SCORES, both, tmp_path / "scores.tsv.gz")
    return dataclasses.replace(
        study, edits=[tmp_path / "edits.tsv.gz"], edit_scores=[tmp_path / "scores.tsv.gz"]
    )


def test_a_row_for_each_way_and_direction(edited):
    table = edits.context(edited)["table"]
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    assert [(row["edit"], row["direction"]) for row in rows] == [
        ("ours", "up"),
        ("published", "down"),
    ]
    assert [row["prediction before"] for row in rows] == ["0.250", "0.250"]
    assert [row["after"] for row in rows] == ["0.500", "0.125"]
    assert [row["edits"] for row in rows] == ["1.0", "1.0"]
    assert [row["bases changed"] for row in rows] == ["1.0", "0.0"]  # A for A is none


def test_sequences_lie_below_one_another(edited):
    (window,) = edits.context(edited)["windows"]
    name, first, lines = window["aligned"][0]
    assert (name, first) == ("ours, up", 3)  # ten bases before the edit
    assert [(step, "".join(text for text, _ in pieces)) for step, pieces, _ in lines] == [
        (0, "TACGTACGTACGTACGTACGT"),
        (1, "··········G··········"),
    ]
    assert [text for text, new in lines[1][1] if new] == ["G"]


def test_heat_maps_that_are_alike_are_drawn_once(edited):
    (window,) = edits.context(edited)["windows"]
    assert [name for name, _ in window["maps"]] == ["ours", "published"]
    drawn = str(window["maps"][0][1])
    assert drawn.count('class="there"') == 32
    assert drawn.count("heat up") == 32 * 2 and drawn.count("position 5, G: 2") == 1


@pytest.mark.slow
def test_the_page_has_the_section_where_windows_were_edited(edited, study):
    page = render(edited)
    assert 'id="edits"' in page and "nothing improves (1)" in page
    assert 'id="edits"' not in render(study)
