"""Drawn references against counts of letters."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.drawing import Drawn, by_fold, mean_input
from chromolens.inputs.folds import Folds

LENGTH = 40
MIDDLE = np.arange(100, 300)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("ACGT"), LENGTH)) for _ in range(300)]
    gc = [(text.count("G") + text.count("C")) / LENGTH for text in texts]
    names = [f"w{i}" for i in range(300)]
    frame = pd.DataFrame({"id": names, "group": "part0", "sequence": texts, "role": "negative"})
    return frame.assign(source="", gc=gc, shared=0, bound=[1, 0, np.nan] * 100)


@pytest.fixture(scope="module")
def inputs(table):
    return open_inputs(table)


def drawn(inputs, kind, rows, candidates=MIDDLE, count=5, seed=0):
    """Letters of the references of ``rows``: (n or 1, r) strings."""
    found = Drawn(kind, inputs, candidates, count=count, seed=seed)(
        inputs.arrays(rows), [f"w{row}" for row in rows], "bound"
    )
    assert (found.sum(axis=-1) == 1).all() and found.dtype == np.float32
    letters = np.array(list("ACGT"))[found.argmax(axis=-1)]
    return [["".join(one) for one in references] for references in letters]


def rows_of(table, texts):
    return [table.index[table["sequence"] == text][0] for text in texts]


def share(text):
    return sum(base in "GC" for base in text) / LENGTH


def test_gc_is_matched(table, inputs):
    rows = np.flatnonzero((table["gc"] - 0.5).abs() < 0.06)[[0, 3, 7, -1]]
    for row, texts in zip(rows, drawn(inputs, "gc_matched", rows), strict=True):
        found = rows_of(table, texts)
        assert len(set(found)) == 5 and row not in found and set(found) <= set(MIDDLE)
        assert max(abs(share(text) - table["gc"][row]) for text in texts) <= 0.02 + 1e-9


def test_where_none_has_the_gc_the_nearest_serve(table, inputs):
    odd = int(table["gc"][:100].argmax())
    (texts,) = drawn(inputs, "gc_matched", [odd], count=30)
    apart = (table["gc"][MIDDLE] - table["gc"][odd]).abs()
    assert max(abs(share(text) - table["gc"][odd]) for text in texts) <= np.sort(apart)[30] + 1e-9


def test_draws_depend_on_id_and_seed_alone(inputs):
    rows = np.array([4, 9, 120, 250])
    every = drawn(inputs, "gc_matched", rows, seed=1)
    assert drawn(inputs, "gc_matched", rows[[2, 0]], seed=1) == [every[2], every[0]]
    assert drawn(inputs, "gc_matched", rows, seed=2) != every


def test_other_classes(table, inputs):
    rows = np.array([0, 1, 3])
    for row, texts in zip(rows, drawn(inputs, "other_class", rows, count=20), strict=True):
        labels = table["bound"][rows_of(table, texts)]
        assert (labels == 1 - table["bound"][row]).all()
    with pytest.raises(BadInput, match="(?s)no label of 'bound'.*w2"):
        drawn(inputs, "other_class", [0, 2])
    with pytest.raises(BadInput, match="(?s)67 of 200 windows.*w0"):
        drawn(inputs, "other_class", [0], count=90)


def test_pools_and_means(table, inputs):
    (texts,) = drawn(inputs, "pool", [1, 2, 3], count=30)
    assert len(set(texts)) == 30 and set(rows_of(table, texts)) <= set(MIDDLE)
    with pytest.raises(BadInput, match="200 windows to draw 201"):
        Drawn("pool", inputs, MIDDLE, count=201)
    mean = Drawn("mean", inputs, MIDDLE)(inputs.arrays([0]), ["w0"], "bound")
    column = [table["sequence"][row][7] for row in MIDDLE]
    expected = [column.count(base) / 200 for base in "ACGT"]
    np.testing.assert_allclose(mean[0, 0, 7], expected, atol=1e-6)
    np.testing.assert_array_equal(mean, mean_input(inputs, MIDDLE, at_once=64))
    assert mean.shape == (1, 1, LENGTH, 4)


def test_candidates_are_windows_of_training(table):
    groups = np.repeat(["a", "b", "c"], 100)
    role = np.tile(["positive", "negative", "tile", "negative"], 75)
    inputs = open_inputs(table.assign(group=groups, role=role))
    folds = Folds({"fold0": {"test": ["a"], "validation": ["b"], "training": ["c"]}})
    expected = {"gc_matched": ["negative"], "other_class": ["negative", "positive"]}
    for kind, allowed in expected.items():
        rows = by_fold(kind, inputs, folds, count=2, seed=0)["fold0"].candidates
        np.testing.assert_array_equal(rows, 200 + np.flatnonzero(np.isin(role[200:], allowed)))
    assert by_fold("background", inputs, folds, count=1, seed=0) == {}
