"""The section of hits says what its tables say."""

import dataclasses

import pandas as pd
import pytest
from partial_tables import write_partial

from chromolens.report.page import render
from chromolens.report.sections import hits
from chromolens.report.sections.performance import pool_predictions
from chromolens.tables.checks import CHECKED_HITS
from chromolens.tables.motifs import GAPS, HITS, PAIRS, SOUGHT

GAP = pd.DataFrame({"gap": [0, 1, 2], "windows": [0, 30, 0], "expected": [12.0, 10.0, 8.0]})
KEYS = {"model": "cnn", "task": "Reb1", "method": "deeplift_rescale"}


@pytest.fixture
def tables(tmp_path):
    found = pd.DataFrame({"motif": [f"m{i}" for i in range(14)], "hits": range(14)}).assign(
        **KEYS, name="", sign="pos", width=9, shuffles=10, sites=4000, absent=1, reason=""
    )
    found.loc[13, "name"], found.loc[0, "reason"] = "<REB1>", "too short"
    write_partial(SOUGHT, found, tmp_path / "motifs.tsv")
    checked = found.assign(truth="Reb1", events=20, recall=0.5, precision=0.75)
    checked = checked.assign(
        precision_pwm=0.25, average_precision=0.9, average_precision_pwm=0.125, recall_pwm=0.5
    )
    write_partial(CHECKED_HITS, checked, tmp_path / "hits.tsv")
    return tmp_path / "motifs.tsv", tmp_path / "hits.tsv"


def test_most_hits_come_first_and_the_rest_is_counted(study, tables):
    changed = dataclasses.replace(study, hits=[tables[0]], checked_hits=[tables[1]])
    (group,) = hits.context(changed)["groups"]
    rows = [dict(zip(group["table"].header, row, strict=False)) for row in group["table"].rows]
    assert [row["hits"] for row in rows] == [str(13 - i) for i in range(12)]
    assert (group["more"], group["absent"]) == (2, "14 sites")
    first = rows[0]
    assert (first["name"], first["motif"], first["sites"]) == ("<REB1>", "m13", "4,000")
    assert (first["truth"], first["recall"]) == ("Reb1 (20)", "0.500")
    assert (first["precision"], first["by sequence alone"]) == ("0.750", "0.250")
    assert (first["average precision"], first["of sequence alone"]) == ("0.900", "0.125")
    page = render(changed)
    assert "&lt;REB1&gt;" in page and "<REB1>" not in page


def test_where_no_truth_is_known_hits_are_only_counted(study, tables):
    (group,) = hits.context(dataclasses.replace(study, hits=[tables[0]]))["groups"]
    assert group["table"].header[:4] == ["name", "motif", "sites", "hits"]
    assert "precision" not in group["table"].header


def test_nothing_to_search_is_said(study, tmp_path):
    assert hits.context(study) == {"groups": [], "searched": False, "pairs": None}
    empty = tmp_path / "empty.tsv"
    write_partial(SOUGHT, pd.DataFrame(columns=SOUGHT.names), empty)
    assert hits.context(dataclasses.replace(study, hits=[empty]))["searched"]
    assert "need a genome" in render(study)


def test_pairs_are_told_with_their_spacing_and_nulls_have_none(study, tables, tmp_path):
    pair = {"first": "M1", "second": "M2", "first_name": "<A>", "second_name": ""}
    rows = pd.DataFrame([pair]).assign(**KEYS, found=True, near=30, windows=30, p=1e-9)
    rows = rows.assign(expected=10.2, gap_low=1, gap_high=1, q=0.01, facing=30)
    other = rows.assign(second="M1", found=False)
    write_partial(PAIRS, pd.concat([rows, other, rows.assign(model="null")]), tmp_path / "p.tsv")
    write_partial(GAPS, GAP.assign(**KEYS, first="M1", second="M2"), tmp_path / "g.tsv.gz")
    changed = dataclasses.replace(
        study, hits=[tables[0]], motif_pairs=[tmp_path / "p.tsv"], gaps=[tmp_path / "g.tsv.gz"],
        nulls=frozenset({"null"}),
    )  # fmt: skip
    found = hits.context(changed)["pairs"]
    assert found["names"] == [("<A>", "M2", "1–1 bp")]
    (row,) = found["table"].rows
    assert row[:6] == ["<A> + M2", "Reb1", "30", "30", "10", "0.01"] and row[-2:] == ["30", "0"]
    ((_, figure),) = found["figures"]
    assert "1 bp: 30 windows" in figure and figure.count("<rect") == 1
    assert "&lt;A&gt; and M2 stand together, 1–1 bp apart." in render(changed)


def test_near_misses_are_told_by_the_motifs_that_they_hold(study, tmp_path):
    known = pool_predictions(study)["cnn"]
    labels = known["Reb1.label"]
    limit = known.loc[labels == 1, "Reb1"].quantile(0.25)
    near = known.loc[(labels == 0) & (known["Reb1"] >= limit), "id"].tolist()
    high = known.loc[(labels == 1) & (known["Reb1"] >= limit), "id"].tolist()
    rows = pd.DataFrame({"window": high[:3] * 2 + near[:1], "motif": "M1", "name": "<A>"})
    write_partial(HITS, rows.assign(over="."), tmp_path / "hits.bed.gz")
    key = ("cnn", "Reb1", "deeplift_rescale")
    (table,) = hits.near_misses(
        dataclasses.replace(study, hit_sites={key: tmp_path / "hits.bed.gz"})
    )
    assert table.header[1] == f"positives predicted high ({len(high)})"
    one, none = table.rows
    expected = [f"{3 / len(high):.0%}", "0%", f"{1 / len(near):.0%}" if near else "–", "0%"]
    assert one == ["<A>", *expected]
    assert none[:2] == ["none of them", f"{1 - 3 / len(high):.0%}"]
