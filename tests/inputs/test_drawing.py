"""Drawn references against counts of letters."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs import drawing
from chromolens.inputs.batches import open_inputs

LENGTH = 40


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


MIDDLE = np.arange(100, 300)


def gc_of(table, row):
    return sum(base in "GC" for base in table["sequence"][row]) / LENGTH


def common(table) -> np.ndarray:
    """Rows whose GC is near the mean, so that there are candidates; one is a candidate too."""
    return np.flatnonzero((table["gc"] - 0.5).abs() < 0.06)[[0, 3, 7, -1]]


def test_gc_is_matched(table, inputs):
    rows = common(table)
    drawn = drawing.gc_matched(inputs, rows, MIDDLE, 5)
    assert drawn.shape == (4, 5) and np.isin(drawn, MIDDLE).all()
    for row, found in zip(rows, drawn, strict=True):
        assert len(set(found)) == 5 and row not in found
        differences = [abs(gc_of(table, row) - gc_of(table, other)) for other in found]
        assert max(differences) <= 0.02 + 1e-9
    arrays = drawing.references(inputs, drawn)
    letters = np.array(list(table["sequence"][drawn[2, 3]]))
    np.testing.assert_array_equal(arrays[2, 3], letters[:, None] == np.array(list("ACGT")))


def test_draws_do_not_depend_on_the_other_windows(table, inputs):
    rows = common(table)
    drawn = drawing.gc_matched(inputs, rows, MIDDLE, 5, seed=1)
    np.testing.assert_array_equal(
        drawing.gc_matched(inputs, rows[[2, 0]], MIDDLE, 5, seed=1), drawn[[2, 0]]
    )
    assert (drawing.gc_matched(inputs, rows, MIDDLE, 5, seed=2) != drawn).any()


def test_other_classes(inputs):
    rows = np.array([0, 1, 3])
    drawn = drawing.other_class(inputs, rows, "bound", MIDDLE, 20)
    np.testing.assert_array_equal(drawn % 3, [[1] * 20, [0] * 20, [1] * 20])
    with pytest.raises(BadInput, match="(?s)no label of 'bound'.*w2"):
        drawing.other_class(inputs, np.array([0, 2]), "bound", MIDDLE, 1)


def test_what_cannot_be_drawn(table, inputs):
    odd = int(table["gc"].argmax())
    with pytest.raises(BadInput, match=f"(?s)share of G and C.*w{odd}"):
        drawing.gc_matched(inputs, np.array([odd]), MIDDLE, 50)
    with pytest.raises(BadInput, match="pool of 201"):
        drawing.pool(inputs, MIDDLE, 201)


def test_pools_and_means(table, inputs):
    drawn = drawing.pool(inputs, MIDDLE, 30)
    assert drawn.shape == (1, 30) and len(set(drawn[0])) == 30 and np.isin(drawn, MIDDLE).all()
    assert drawing.references(inputs, drawn).shape == (1, 30, LENGTH, 4)
    mean = drawing.mean_input(inputs, MIDDLE, at_once=64)
    column = [table["sequence"][row][7] for row in MIDDLE]
    expected = [column.count(base) / 200 for base in "ACGT"]
    np.testing.assert_allclose(mean[0, 0, 7], expected, atol=1e-6)
    assert mean.shape == (1, 1, LENGTH, 4)
