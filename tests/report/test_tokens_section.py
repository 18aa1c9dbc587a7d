"""Texts with their tokens coloured, from records that were explained by hand."""

import dataclasses

import h5py
import numpy as np
import pandas as pd
import pytest
from partial_tables import write_partial

from chromolens.checks.tokens import rank
from chromolens.inputs.windows import read_windows, write_windows
from chromolens.report.page import render
from chromolens.report.sections import tokens
from chromolens.scores import seal
from chromolens.tables.inputs import FOLDS, VOCABULARY

TEXTS = {
    "sport": ["the <b>goal</b> & the match", "a match", "the bank a b c d match"],
    "money": ["the bank", "a share the the"],
}
WORTH = {"match": 2.0, "<b>goal</b>": 3.0, "bank": 1.0, "share": 1.0, "the": -0.5}
"""What a word adds to its record's own class, by the first method; the second turns it round."""


def written(folder, name, windows, method):
    length = len(windows["tokens"].iloc[0].split())
    sign = 1 if method == "lrp_epsilon" else -1
    values = np.zeros((len(windows), length), np.float32)
    for row, text in enumerate(windows["text"].str.split()):
        values[row, : len(text)] = [sign * WORTH.get(word, 0.1) for word in text]
    # to another class everything is worth nothing
    values[windows[name] != 1] = 0
    path = folder / f"{name}.{method}.h5"
    with h5py.File(path, "w") as file:
        file["id"] = windows["id"].tolist()[::-1]
        file["contributions"] = values[::-1]
        file["values"] = values.sum(axis=1)[::-1]
    seal(path)
    return path


@pytest.fixture
def texts(study, tmp_path):
    rows = [(label, text) for label, own in TEXTS.items() for text in own]
    windows = pd.DataFrame(
        {
            "id": [f"t{i}" for i in range(len(rows))],
            "group": [f"part{i % 3}" for i in range(len(rows))],
            "tokens": [
                " ".join(["2"] * len(text.split()) + ["0"] * (7 - len(text.split())))
                for _, text in rows
            ],
            "text": [text for _, text in rows],
            "role": "positive",
            "source": "sport,money",
            "sport": [float(label == "sport") for label, _ in rows],
            "money": [float(label == "money") for label, _ in rows],
        }
    )
    write_windows(windows, tmp_path / "windows.tsv.gz")
    roles = ["test", "validation", "training"]
    folds = {"fold": "fold0", "group": ["part0", "part1", "part2"], "role": roles}
    write_partial(FOLDS, pd.DataFrame(folds), tmp_path / "folds.tsv")
    known = {"token": ["the"], "number": 2, "count": 3, "records": 2}
    write_partial(VOCABULARY, pd.DataFrame(known), tmp_path / "vocabulary.tsv")
    keys = [("m", task, method) for method in ("lrp_epsilon", "other") for task in TEXTS]
    return dataclasses.replace(
        study,
        kind="tokens",
        fasta=None,
        tracks={},
        windows=tmp_path / "windows.tsv.gz",
        folds=tmp_path / "folds.tsv",
        vocabulary=tmp_path / "vocabulary.tsv",
        contributions={key: written(tmp_path, key[1], windows, key[2]) for key in keys},
        config={"inputs": {"kmer": 0, "step": 1}},
        loci=2,
    )


def test_tokens_are_coloured_for_their_own_class(texts):
    context = tokens.context(texts)
    shown = context["examples"]["m"]
    assert [(one["id"], one["task"], one["value"]) for one in shown] == [
        ("t0", "sport", "4.10"), ("t2", "sport", "2.90"), ("t3", "money", "0.50"),
    ]  # fmt: skip
    first = shown[0]["lines"]["lrp_epsilon"]
    assert [(one["text"], one["sign"], one["share"]) for one in first] == [
        ("the", "down", 0.17), ("<b>goal</b>", "up", 1.0), ("&", "up", 0.03),
        ("the", "down", 0.17), ("match", "up", 0.67),
    ]  # fmt: skip
    sport = [row for row in context["decisive"][0].rows if row[0] == "sport"]
    assert sport[0] == ["sport", "match", "3", "2.00", "100 %"]
    assert sport[1] == ["sport", "<b>goal</b>", "1", "3.00", "100 %"]
    assert context["agreement"].rows[0][:5] == ["m", "lrp_epsilon", "other", "5", "−1.00"]


def test_the_page_escapes_tokens_and_other_kinds_have_no_such_section(texts, study, page):
    shown = render(dataclasses.replace(texts, lexicon={}))
    assert "&lt;b&gt;goal&lt;/b&gt;</span>" in shown and "<b>goal" not in shown
    assert 'id="tokens"' in shown and 'id="tokens"' not in page
    assert "5 texts of 7 tokens" in shown
    assert "reads above all the tokens match, &lt;b&gt;goal&lt;/b&gt; and" in shown


def test_kmers_are_shown_as_bases():
    pieces = tokens.coloured(["ACG", "GTT"], np.array([3.0, -6.0, 9.0]), {"kmer": 3, "step": 2})
    assert "".join(one["text"] for one in pieces) == "ACGTT"
    assert [one["value"] for one in pieces] == ["1.000", "1.000", "−1.000", "−2.000", "−2.000"]


def test_tokens_are_ranked(texts):
    files = {task: texts.contributions["m", task, "lrp_epsilon"] for task in TEXTS}
    ranked = rank(read_windows(texts.windows), files).set_index("id")
    assert ranked.loc["t0", "tokens"] == "<b>goal</b> match & the"
    assert ranked.loc["t2", "tokens"].split()[:2] == ["match", "bank"]
    assert ranked.loc["t2", "tokens"].split()[-1] == "the"
    assert ranked["task"].tolist() == ["sport"] * 3 + ["money"] * 2
    np.testing.assert_allclose(ranked["value"], [4.1, 2.1, 2.9, 0.5, 0.1], atol=1e-6)
