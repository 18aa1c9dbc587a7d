"""The part of the report on two models compared."""

import dataclasses
import re

import pytest
import synthetic_pairs

from chromolens.report.page import render
from chromolens.report.sections.subsets import compared


@pytest.fixture
def paired(study, tmp_path):
    files = synthetic_pairs.pair(tmp_path, "cnn", "mlp")
    return dataclasses.replace(study, pairs={("cnn", "mlp", "Reb1"): files})


def rows_of(table):
    plain = [[re.sub("<[^>]*>", "", str(cell)) for cell in row] for row in table.rows]
    return [dict(zip(table.header, row, strict=True)) for row in plain]


def test_each_is_read_by_both(paired):
    (shown,) = compared.context(paired)
    assert shown["told"] == (
        "3 of 4 subsets of cnn are enough for mlp too. 0 of 2 subsets of mlp are enough for cnn "
        "too."
    )
    rows = rows_of(shown["tables"][0])
    assert [(r["subsets of"], r["read by"], r["share that reach it"]) for r in rows] == [
        ("cnn", "cnn", "1.00"),
        ("cnn", "mlp", "0.75"),
        ("mlp", "cnn", "0.00"),
        ("mlp", "mlp", "1.00"),
    ]
    assert {row["as the masked window does"] for row in rows} == {"0.00"}
    # values are 0, 1, 2, 3
    assert [r["subset alone"] for r in rows[:2]] == ["1.5", "1.5"] and rows[0]["masked"] == "−1"


def test_clusters_are_shown_by_size_with_what_is_in_none(paired):
    rows = rows_of(compared.context(paired)[0]["tables"][1])
    ours = [row for row in rows if row["mode"] == "aligned"]
    assert [row["cluster"] for row in ours] == ["1", "0", "in none"] and len(rows) == 6
    assert ours[0]["name"] == "CTCF" and ours[0]["most frequent of cnn"] == "CC-CTA"
    assert ours[0]["of mlp"] == "0" and ours[0]["most frequent of mlp"] == "–"
    assert ours[0]["share of cnn"] == "0.75" and ours[2]["share of mlp"] == "0.50"


@pytest.mark.slow
def test_the_page_shows_the_pair_with_its_agreement(paired, page):
    rows = rows_of(compared.context(paired)[0]["tables"][2])
    assert rows[0]["measure"] == "contributions ism" and rows[0]["agreement"] == "0.25"
    assert (rows[1]["cnn"], rows[1]["mlp"], rows[1]["agreement"]) == ("0.900", "0.800", "–")
    assert "Reb1: cnn and mlp" in render(paired)
    assert "Two models compared" not in page
