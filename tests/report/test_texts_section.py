"""Sufficient tokens on the page: what is marked, and the numbers of the tables."""

import dataclasses

import pandas as pd
import pytest

from chromolens import tables
from chromolens.inputs.windows import write_windows
from chromolens.report.environment import environment
from chromolens.report.sections import texts
from chromolens.tables.tokens import (
    KEPT_TOKENS,
    SET_CLUSTERS,
    SET_TOKENS,
    SOUGHT_TEXTS,
    TOKEN_SETS,
)

RECORDS = {"t0": "the <goal> fell", "t1": "a goal", "t2": "the bank", "t3": "bank the the"}
# id, class, side, margin, tokens, class of the set alone
SETS = [
    ("t0", "sport", "surely", 3.0, 1, "sport"),
    ("t1", "sport", "barely", 0.2, 2, "money"),
    ("t2", "money", "surely", 2.0, 0, ""),
    ("t3", "money", "surely", 1.0, 1, "money"),
]
PLACES = [("t0", 1, "<goal>"), ("t1", 0, "a"), ("t1", 1, "goal"), ("t3", 0, "bank")]


@pytest.fixture
def page(study, tmp_path):
    windows = pd.DataFrame({"id": list(RECORDS), "group": "part0", "tokens": "2 2 2"})
    windows = windows.assign(text=list(RECORDS.values()), role="positive", source="sport,money")
    windows = windows.assign(sport=[1.0, 1, 0, 0], money=[0.0, 0, 1, 1])
    write_windows(windows, tmp_path / "windows.tsv.gz")
    found = pd.DataFrame(SETS, columns=["id", "task", "side", "margin", "tokens", "alone"])
    found = found.assign(fold="fold0", whole=1.0, masked=0.0, threshold=0.5, order=0, cluster=-1)
    counts = {"task": ["sport", "sport", "money"], "fold": ["fold0", "fold1", "fold0"]}
    counts |= {"records": [1200, 4, 9], "misclassified": [3, 1, 0], "asked": [2, 0, 2],
               "with_set": [2, 0, 1]}  # fmt: skip
    kept = [("sport", "goal", 1, 0.5), ("sport", "a", 1, 0.5), ("money", "bank", 1, 1.0)]
    parts = {
        "sought_texts": (SOUGHT_TEXTS, pd.DataFrame(counts)),
        "token_sets": (TOKEN_SETS, found.reindex(columns=TOKEN_SETS.names)),
        "set_tokens": (
            SET_TOKENS,
            pd.DataFrame(PLACES, columns=["id", "place", "token"]).assign(order=0, number=2),
        ),
        "kept_tokens": (KEPT_TOKENS, pd.DataFrame(kept, columns=KEPT_TOKENS.names)),
        "set_clusters": (
            SET_CLUSTERS,
            pd.DataFrame(
                [("sport", 0, 7, "goal"), ("sport", 1, 5, "")], columns=SET_CLUSTERS.names
            ),
        ),
    }
    for name, (table, frame) in parts.items():
        tables.write(table, frame[table.names], tmp_path / name)
    return dataclasses.replace(
        study,
        kind="tokens",
        windows=tmp_path / "windows.tsv.gz",
        text_sets={("m",): {name: tmp_path / name for name in parts}},
        config={"inputs": {"kmer": 0, "step": 1}, "sis": {"threshold": {"relative": 0.4}}},
    )


def test_numbers_are_summed_over_folds(page):
    (model,) = texts.context(page)["models"]
    assert model["sought"].rows == [
        ["sport", "1,204", "4", "2", "2", "1, 2, 2", "1 of 2"],
        ["money", "9", "0", "2", "1", "1, 1, 1", "1 of 1"],
    ]
    assert [row[1:] for row in model["kept"].rows] == [
        ["goal", "1", "50 %"], ["a", "1", "50 %"], ["bank", "1", "100 %"],
    ]  # fmt: skip
    assert model["clusters"].rows[1] == ["sport", "1", "5", "none is in half of them"]


def test_tokens_of_the_set_are_marked_and_escaped(page):
    template = environment().get_template("sections/texts.html")
    shown = template.render(texts=texts.context(page))
    assert '<span class="token kept">&lt;goal&gt;</span>' in shown and "<goal>" not in shown
    assert '<span class="token faint">fell</span>' in shown and "40 %" in shown
    assert "alone predicted as money" in shown and shown.count("alone predicted") == 1
    assert [one["id"] for one in texts.context(page)["models"][0]["examples"]] == [
        "t0",
        "t1",
        "t3",
    ]
    none = template.render(texts=texts.context(dataclasses.replace(page, text_sets={})))
    assert "Sufficient tokens were not searched for" in none


def test_bases_under_kmers_of_the_set_are_marked():
    pieces = texts.marked(["ACG", "CGT", "GTA", "TAC"], [1], {"kmer": 3, "step": 1})
    assert [(one["text"], one["kept"]) for one in pieces] == [
        ("A", False), ("CGT", True), ("AC", False),
    ]  # fmt: skip
    pieces = texts.marked(["AC", "GT"], [0, 1], {"kmer": 2, "step": 3})
    assert [(one["text"], one["kept"]) for one in pieces] == [
        ("AC", True), ("N", False), ("GT", True),
    ]  # fmt: skip
