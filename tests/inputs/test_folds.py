"""Folds: shared out evenly, read from others' files, and refused when they would leak."""

import json

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.inputs.folds import (
    Folds,
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


def by_hand(roles, windows, rows, fold, role):
    """Those of ``rows`` whose group has ``role`` in ``fold``, one window after another."""
    return [row for row in rows if windows["group"][row] in roles[fold].get(role, [])]


def chromosomes(names, number, seed):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {"id": [f"w{i}" for i in range(number)], "group": rng.choice(names, number)}
    )


@pytest.mark.parametrize("names", [["1", "2", "10", "X"], ["chrI", "chrII", "chrV", "chrX"]])
def test_rows_by_fold_and_role_are_those_of_a_loop(names):
    roles = fold_table([names[:1], names[1:2], names[2:]])
    folds = Folds.of_table(roles)
    windows = chromosomes(names, 60, 0)
    drawn = np.random.default_rng(1).permutation(60)[:25]
    for fold in ("fold0", "fold1", "fold2"):
        for role in ("test", "validation", "training"):
            for among in (None, drawn):
                rows = range(60) if among is None else among
                found = folds.rows(windows, fold, role, among=among)
                assert found.tolist() == by_hand(folds.roles, windows, rows, fold, role)
        held_out = folds.by_fold(windows, drawn)[fold]
        assert held_out.tolist() == by_hand(folds.roles, windows, drawn, fold, "test")
    own = [fold for row in drawn for fold in folds.roles
           if windows["group"][row] in folds.roles[fold]["test"]]  # fmt: skip
    assert folds.folds_of(windows, drawn).tolist() == own


def test_a_chromosome_called_1_is_not_a_number():
    folds = Folds({"fold0": {"test": ["1"]}, "fold1": {"test": ["10", "2"]}})
    windows = pd.DataFrame({"id": list("abcd"), "group": [1, 2, 10, 1]})
    assert folds.folds_of(windows, np.arange(4)).tolist() == ["fold0", "fold1", "fold1", "fold0"]
    assert folds.rows(windows, "fold0", "test").tolist() == [0, 3]
    assert folds.fold_of == {"1": "fold0", "10": "fold1", "2": "fold1"}


def test_a_group_has_the_fold_in_which_it_is_test():
    folds = Folds({"fold0": {"test": ["b"], "training": ["a"]}, "fold1": {"test": ["a"]}})
    assert folds.fold_of == {"b": "fold0", "a": "fold1"}
    homes = {Interval("a", 0, 5): "fold1", Interval("b", 0, 7): "fold0"}
    assert list(folds.homes({"a": 5, "b": 7, "c": 5}).items()) == list(homes.items())
    assert folds.groups("fold1", "training") == []
    assert folds.only("fold1") == Folds({"fold1": {"test": ["a"]}})
    with pytest.raises(BadInput, match="there is no 'fold2'"):
        folds.groups("fold2", "test")


def test_a_group_in_no_fold_is_explained_by_none():
    folds = Folds({"fold0": {"test": ["a"], "training": ["c"]}})
    windows = pd.DataFrame({"id": ["w0", "w1", "w2"], "group": ["a", "b", "c"]})
    for row in (1, 2):
        for ask in (folds.folds_of, folds.by_fold):
            with pytest.raises(BadInput, match=f"is test in no fold(?s:.*)w{row}"):
                ask(windows, np.array([0, row]))
    assert folds.rows(windows, "fold0", "test").tolist() == [0]


def test_no_windows_are_in_every_fold():
    folds = Folds(
        {"fold0": {"test": ["a"]}, "fold1": {"test": ["b"]}, "fold2": {"training": ["a"]}}
    )
    windows = pd.DataFrame({"id": [], "group": []})
    none = folds.by_fold(windows, np.zeros(0, int))
    assert list(none) == ["fold0", "fold1"] and not any(map(len, none.values()))
    assert not len(folds.rows(windows, "fold2", "training"))
    assert not len(folds.rows(chromosomes(["a"], 5, 0), "fold2", "test"))


def test_folds_that_leak_can_not_be_made():
    with pytest.raises(BadInput, match="a is test in more than one fold: fold0, fold1"):
        Folds({"fold0": {"test": ["a"]}, "fold1": {"test": ["b", "a"]}})
    with pytest.raises(BadInput, match="b stands 2 times in one fold: test, training"):
        Folds({"fold0": {"test": ["a", "b"], "training": ["b"]}})


def test_a_table_comes_back_and_roles_are_parameters_of_a_rule():
    table = fold_table([["1"], ["2", "3"], ["X"]], groups=["4"])
    folds = Folds.of_table(table)
    pd.testing.assert_frame_equal(folds.table(), table)
    assert Folds(json.loads(json.dumps(folds.roles))) == folds
    assert folds.roles["fold1"] == {
        "test": ["2", "3"],
        "training": ["4", "1"],
        "validation": ["X"],
    }


def test_rows_that_are_only_trained_on_are_not_held_out():
    folds = Folds({"fold0": {"test": ["b"], "validation": ["c"], "training": ["a"]}})
    windows = pd.DataFrame({"group": ["a", "b", "c", "b"]})
    assert folds.held_out(windows).tolist() == [1, 3]
