"""The section of hits says what its tables say."""

import dataclasses

import pandas as pd
import pytest
from partial_tables import write_partial

from chromolens.report.page import render
from chromolens.report.sections import hits
from chromolens.tables.checks import CHECKED_HITS
from chromolens.tables.motifs import SOUGHT

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
    assert hits.context(study) == {"groups": [], "searched": False}
    empty = tmp_path / "empty.tsv"
    write_partial(SOUGHT, pd.DataFrame(columns=SOUGHT.names), empty)
    assert hits.context(dataclasses.replace(study, hits=[empty]))["searched"]
    assert "need a genome" in render(study)
