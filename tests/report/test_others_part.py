"""The part of the report on misclassified windows and on negatives."""

import dataclasses
import re

import pandas as pd
import pytest
from synthetic_tables import written

from chromolens import tables
from chromolens.report.page import render
from chromolens.report.sections import subsets
from chromolens.tables.sis import OTHER_COUNTS, OTHERS, SUBSETS


@pytest.fixture
def beside(study, tmp_path):
    known = tables.read(SUBSETS, next(iter(study.sis.values()))["sis"])
    others = pd.concat([known.assign(of=of) for of in ("false_positive", "negative")])
    rows = [
        (of, fold, 20, 5, 1, 2, 3)
        for of in ("false_positive", "false_negative", "negative")
        for fold in ("fold0", "fold1")
    ]
    counts = pd.DataFrame(rows, columns=OTHER_COUNTS.names)
    paths = {
        "subsets": written(OTHERS, others[OTHERS.names], tmp_path / "others.tsv.gz"),
        "counts": written(OTHER_COUNTS, counts, tmp_path / "counts.tsv"),
    }
    return dataclasses.replace(study, other_sis={("cnn", "Reb1"): paths})


def test_a_row_per_group_over_all_folds(beside):
    (part,) = subsets.others(beside)
    assert part["title"] == "Reb1 · cnn"
    assert [row[1:6] for row in part["counts"].rows] == [["40", "10", "2", "4", "6"]] * 3
    # 4, 2 and 3 positions; no subset of false negatives
    assert [row[6] for row in part["counts"].rows] == ["3", "–", "3"]


def test_strings_stand_under_what_they_say(beside, study, page):
    (part,) = subsets.others(beside)
    assert [said.split(":")[1] for said, _ in part["strings"]] == [
        " bases that raise the target",
        " bases that lower the target",
    ]
    text = render(beside)
    assert (
        "Subsets of misclassified windows" in text
        and "Subsets of misclassified windows" not in page
    )
    alone = render(dataclasses.replace(beside, sis={}))
    assert "subsets of positives were not searched for" in re.sub(r"\s+", " ", alone)
    assert "bases that lower the target" in alone
