"""The first screen says what tables say: who reads what, numbers with what stands beside them."""

import dataclasses

import pandas as pd
import pytest
from partial_tables import write_partial

from chromolens.report.answer import answer
from chromolens.tables.checks import COMPLETENESS, TILES
from chromolens.tables.models import POOLED
from chromolens.tables.motifs import LEXICON

TWO = {("cnn", "A", "m"): (), ("cnn", "B", "m"): (), ("null", "A", "m"): ()}


@pytest.fixture
def bare(study, tmp_path):
    """A study of tasks A and B, whose lexicon has motifs for each, one in the null too."""
    rows = [("ONE", "cnn:A"), ("TWO", "cnn:A,null:A"), ("<X>", "cnn:B"), ("", "cnn:B,null:A")]
    write_partial(LEXICON, pd.DataFrame(rows, columns=["name", "tasks"]), tmp_path / "lexicon.tsv")
    return dataclasses.replace(
        study, lexicon={"table": tmp_path / "lexicon.tsv"}, patterns=TWO, sis={},
        nulls=frozenset({"null"}), pooled=(), tiles=(), completeness=(),
    )  # fmt: skip


def numbers(study):
    return {row["label"].split()[0]: row for row in answer(study, {})["numbers"]}


def test_the_sentence_names_the_motifs_of_each_task_and_what_nulls_show(bare):
    assert answer(bare, {})["sentence"] == (
        "The network reads ONE and TWO for A; <X> for B. A network with nothing true to learn "
        "shows 1 named motif too."
    )
    assert (numbers(bare)["Named"]["value"], numbers(bare)["Named"]["beside"]) == (
        "1", "3 in the other networks",
    )  # fmt: skip
    one = dataclasses.replace(bare, patterns={("cnn", "B", "m"): ()}, nulls=frozenset())
    assert answer(one, {})["sentence"] == "To predict B, the network reads <X>."
    none = dataclasses.replace(bare, patterns=TWO | {("cnn", "C", "m"): ()})
    assert "for B; no motif with a name for C." in answer(none, {})["sentence"]
    many = {("cnn", f"t{i}", "m"): () for i in range(7)} | TWO
    assert "found for 2 of 9 tasks" in answer(
        dataclasses.replace(bare, patterns=many), {}
    )["sentence"]  # fmt: skip


def test_of_a_null_that_nobody_read_nothing_is_claimed(bare):
    unread = dataclasses.replace(bare, patterns={key: () for key in TWO if key[0] != "null"})
    assert "nothing true" not in answer(unread, {})["sentence"] and "Named" not in numbers(unread)


def test_pairs_are_part_of_the_answer(bare):
    said = answer(bare, {"hits": {"pairs": {"names": [("ONE", "TWO", "5–21 bp")]}}})["sentence"]
    assert "ONE and TWO stand together, 5–21 bp apart." in said


def test_numbers_are_the_studys_own_beside_baselines(bare, tmp_path):
    pooled = pd.DataFrame({
        "model": ["cnn", "cnn", "null"], "task": ["A", "B", "A"], "metric": "auroc",
        "value": [0.91, 0.9996, 0.5], "low": 0.9, "high": 0.92,
    })  # fmt: skip
    write_partial(POOLED, pooled, tmp_path / "pooled.tsv")
    names = ["auprc", "auprc_best_motif", "auprc_kmer"]
    tiles = pd.DataFrame({
        "model": ["cnn"] * 6, "task": ["A"] * 3 + ["B"] * 3, "metric": names * 2,
        "value": [0.5, 0.2, 0.3, 0.7, 0.4, 0.5],
    })  # fmt: skip
    write_partial(TILES, tiles, tmp_path / "tiles.tsv")
    sums = pd.DataFrame({"model": ["cnn", "null"], "windows": 50, "flagged": [2, 9]})
    write_partial(COMPLETENESS, sums.assign(max_error=[0.25, 1.0]), tmp_path / "sums.tsv")
    found = numbers(
        dataclasses.replace(
            bare, pooled=[tmp_path / "pooled.tsv"], tiles=[tmp_path / "tiles.tsv"],
            completeness=[tmp_path / "sums.tsv"],
        )
    )  # fmt: skip
    assert (found["AUROC"]["value"], found["AUROC"]["beside"]) == (
        "0.91 to 0.9996", "A to B",
    )  # fmt: skip
    assert found["AUPRC"]["value"] == "0.60" and "mean of 2 tasks" in found["AUPRC"]["label"]
    assert "0.30" in found["AUPRC"]["beside"] and "0.40" in found["AUPRC"]["beside"]
    assert found["Windows"]["value"] == "2 of 50" and "0.25" in found["Windows"]["beside"]


def test_one_task_has_its_interval_and_is_never_called_perfect(bare, tmp_path):
    pooled = pd.DataFrame({"model": ["cnn"], "task": "A", "metric": "auroc", "value": 0.9994})
    write_partial(POOLED, pooled.assign(low=0.99906, high=0.99962), tmp_path / "pooled.tsv")
    found = numbers(dataclasses.replace(bare, pooled=[tmp_path / "pooled.tsv"]))["AUROC"]
    assert (found["value"], found["beside"]) == ("0.999", "95 % interval 0.9991 to 0.9996")


def test_a_study_without_a_lexicon_has_no_sentence(bare):
    found = answer(dataclasses.replace(bare, lexicon={}), {})
    assert found["sentence"] == "" and found["figure"] is None and found["locus"] is None
    assert found["numbers"] == []
