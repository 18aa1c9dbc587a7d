"""Folds: shared out evenly, read from others' files, and refused when they would leak."""

import json

import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.folds import (
    balance,
    check_folds,
    fold_table,
    read_fold_file,
    read_fold_files,
)

SPLIT = {"train": ["c", "d"], "valid": ["b"], "test": ["a"]}


def table(*rows):
    return pd.DataFrame(rows, columns=["fold", "role", "group"])


def sets(folds, fold):
    own = folds[folds["fold"] == fold]
    return {role: set(rows["group"]) for role, rows in own.groupby("role")}


def test_balance_places_every_group_once_and_evenly():
    weights = {f"chr{i}": (i * 7919) % 97 + 3 for i in range(23)}
    folds = balance(weights, 5)
    assert sorted(group for fold in folds for group in fold) == sorted(weights)
    totals = [sum(weights[group] for group in fold) for fold in folds]
    # A group only goes to the lightest fold, so no fold leads by more than one group.
    assert max(totals) - min(totals) <= max(weights.values())


def test_balance_by_hand():
    assert balance({"a": 1, "b": 5, "c": 4, "d": 2}, 2) == [["a", "b"], ["c", "d"]]


@pytest.mark.parametrize("k", [0, 4])
def test_balance_refuses_more_folds_than_groups(k):
    with pytest.raises(BadInput, match="3 groups"):
        balance({"a": 1, "b": 1, "c": 1}, k)


def test_validation_is_the_next_folds_test():
    folds = fold_table([["a"], ["b", "c"], ["d"]])
    assert sets(folds, "fold0") == {
        "test": {"a"},
        "validation": {"b", "c"},
        "training": {"d"},
    }
    assert sets(folds, "fold2") == {
        "test": {"d"},
        "validation": {"a"},
        "training": {"b", "c"},
    }


def test_groups_that_are_never_test_are_trained_on():
    folds = fold_table([["a"], ["b"]], [["c"], ["c"]], groups=["a", "b", "c", "e"])
    assert sets(folds, "fold1") == {"test": {"b"}, "validation": {"c"}, "training": {"a", "e"}}


def test_two_folds_need_validation_groups_of_their_own():
    with pytest.raises(BadInput, match="2 folds leave nothing"):
        fold_table([["a"], ["b"]])


def test_as_many_validations_as_tests():
    with pytest.raises(BadInput, match="2 folds have test groups and 1 have"):
        fold_table([["a"], ["b"]], [["c"]])


@pytest.mark.parametrize("key", ["valid", "val"])
def test_chrombpnet_files(tmp_path, key):
    first, second = tmp_path / "0.json", tmp_path / "1.json"
    first.write_text(json.dumps({"train": ["c", "d"], key: ["b"], "test": ["a"]}))
    second.write_text(json.dumps({"train": ["a", "d"], key: ["c"], "test": ["b"]}))
    folds = read_fold_files([first, second])
    assert sets(folds, "fold0") == {"test": {"a"}, "validation": {"b"}, "training": {"c", "d"}}
    assert sets(folds, "fold1") == {"test": {"b"}, "validation": {"c"}, "training": {"a", "d"}}
    assert set(read_fold_file(first)["fold"]) == {"fold0"}


def test_bpnet_file_is_numbered_by_its_keys(tmp_path):
    path = tmp_path / "splits.json"
    later = {"test": ["b"], "val": ["a"], "train": ["c"]}
    path.write_text(json.dumps({"10": later, "2": {"test": ["a"], "val": ["b"], "train": ["c"]}}))
    folds = read_fold_file(path)
    assert sets(folds, "fold0")["test"] == {"a"}
    assert sets(folds, "fold1")["test"] == {"b"}


def test_the_published_bpnet_sample_is_refused(tmp_path):
    path = tmp_path / "splits.json"
    split = {"test": ["chr1", "chr21"], "val": ["chr8"], "train": ["chr2", "chr21"]}
    path.write_text(json.dumps({"0": split}))
    with pytest.raises(BadInput, match="chr21 stands 2 times in one fold: test, training"):
        read_fold_file(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "can't be read"),
        ("[]", "not a split"),
        ('{"train": ["a"], "test": ["b"]}', "the split has train, test"),
        ('{"train": ["a"], "test": ["b"], "val": ["c"], "valid": ["d"]}', "the split has"),
        ('{"train": ["a"], "test": ["b"], "valid": "c"}', "the split has"),
        ('{"0": {"train": ["a"], "test": ["b"], "dev": ["c"]}}', "not a split"),
    ],
)
def test_malformed_files(tmp_path, content, message):
    path = tmp_path / "folds.json"
    path.write_text(content)
    with pytest.raises(BadInput, match=message) as error:
        read_fold_file(path)
    assert str(path) in str(error.value)


def test_an_unknown_chromosome_gets_its_nearest_name():
    with pytest.raises(BadInput, match="did you mean 'chrIV'"):
        check_folds(fold_table([["chrI"], ["chrlV"], ["chrX"]]), ["chrI", "chrIV", "chrX"])


def test_a_group_is_test_once():
    folds = fold_table([["a"], ["b"], ["c"]])
    twice = pd.concat(
        [folds, folds.replace({"fold": {"fold0": "fold3"}}).query("fold == 'fold3'")]
    )
    with pytest.raises(BadInput, match="a is test in more than one fold: fold0, fold3"):
        check_folds(twice, ["a", "b", "c"])


@pytest.mark.parametrize("role", ["test", "validation", "training"])
def test_every_role_has_groups(role):
    folds = fold_table([["a"], ["b"], ["c"]])
    with pytest.raises(BadInput, match=f"fold1 has no {role} groups"):
        check_folds(folds[(folds["fold"] != "fold1") | (folds["role"] != role)], ["a", "b", "c"])


def test_no_folds():
    with pytest.raises(BadInput, match="there are no folds"):
        check_folds(table(), ["a"])
