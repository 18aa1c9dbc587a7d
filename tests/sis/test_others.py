"""Subsets of misclassified windows and of negatives, where the answer is a word."""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from chromolens.errors import BadInput
from chromolens.genome.onehot import encode
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models.model import Model
from chromolens.models.targets import target_values
from chromolens.sis.others import find_others
from chromolens.tables.sis import OTHER_COUNTS, OTHERS

LENGTH = 24
UP, DOWN = "GATTACA", "CCGGTCC"
FOLDS = Folds({"fold0": {"test": ["a"]}, "fold1": {"test": ["b"]}})
GROUPS = {"false_positive": 9, "false_negative": 9, "negative": 9}


@pytest.fixture(scope="module")
def model():
    """1 where UP stands whole, -2 where DOWN does, 0 elsewhere and fully masked."""
    inputs = keras.Input((LENGTH, 4))
    found, dense = layers.Conv1D(2, 7, activation="relu"), layers.Dense(1)
    network = keras.Model(inputs, dense(layers.GlobalMaxPooling1D()(found(inputs))))
    found.set_weights([np.stack([encode(UP), encode(DOWN)], -1), np.full(2, -6.0)])
    dense.set_weights([np.array([[1.0], [-2.0]]), np.zeros(1)])
    return Model.of(network, ["bound"])


@pytest.fixture(scope="module")
def inputs():
    """In each fold UP and DOWN with either label, DOWN with label 0 twice, and no word once."""
    rng, rows = np.random.default_rng(1), []
    for group in "ab":
        for word, label in ((UP, 0), (UP, 1), (DOWN, 1), (DOWN, 0), (DOWN, 0), ("", 0)):
            text = "".join(rng.choice(list("ACGT"), LENGTH))
            text = text[:8] + word + text[8 + len(word) :]
            rows.append((f"w{len(rows)}", group, text, "positive", "bound", 0.5, label))
    names = ["id", "group", "sequence", "role", "source", "gc", "bound"]
    return open_inputs(pd.DataFrame(rows, columns=names))


@pytest.fixture(scope="module")
def found(model, inputs):
    values = target_values(model, inputs.arrays(np.arange(12)), tasks=[0])[:, 0]
    predictions = inputs.windows[["id", "group", "role", "source"]].assign(
        bound=values,
        **{"bound.label": inputs.windows["bound"]},
        fold=inputs.windows["group"].map({"a": "fold0", "b": "fold1"}),
        replicate=0,
    )
    # of another replicate nothing is read
    predictions = pd.concat([predictions, predictions.assign(bound=9.0, replicate=1)])
    models = {"fold0": model, "fold1": model}
    settings = {"task": "bound", "threshold": {"percentile": 50}, "seed": 0}
    return {
        count: find_others(models, inputs, predictions, FOLDS, most=most, **settings)
        for count, most in (("all", GROUPS), ("one", {"negative": 1}))
    }


def test_what_misled_and_why_not_are_the_words(found):
    table, _ = found["all"]
    assert list(table) == OTHERS.names
    rows = table[["of", "id", "string", "threshold"]].to_numpy().tolist()
    # halfway from 0, the masked target, to the window's own
    assert sorted(rows) == sorted(
        [["false_positive", f"w{row}", UP, pytest.approx(0.5)] for row in (0, 6)]
        + [["false_negative", f"w{row}", DOWN, pytest.approx(-1)] for row in (2, 8)]
        + [["negative", f"w{row}", DOWN, pytest.approx(-1)] for row in (3, 4, 9, 10)]
    )
    down = table[table["of"] != "false_positive"]
    np.testing.assert_allclose(down["value"], -2, atol=1e-5)
    # a masked base is a quarter of a match: -2 (6 + 1/4 - 6)
    np.testing.assert_allclose(down["without_one"], -0.5, atol=1e-5)


def test_all_are_counted_and_few_are_read(found):
    _, counts = found["all"]
    assert list(counts) == OTHER_COUNTS.names
    held_out = counts.set_index(["of", "fold"])["held_out"].to_dict()
    sizes = {"false_positive": 1, "false_negative": 1, "negative": 2}
    assert held_out == {(name, f"fold{i}"): n for name, n in sizes.items() for i in (0, 1)}
    assert (counts["windows"] == counts["held_out"]).all()
    assert (counts["with_subset"] == counts["windows"]).all()
    assert (counts["nothing_to_keep"] == 0).all()
    table, counts = found["one"]
    assert counts["held_out"].sum() == 4 and counts["windows"].sum() == 1 == len(table)


def test_a_prediction_of_no_window_is_named(model, inputs):
    columns = {"id": "lost", "group": "a", "role": "positive", "source": "bound", "bound": -1.0}
    predictions = pd.DataFrame([columns | {"bound.label": 0, "fold": "fold0", "replicate": 0}])
    asked = {"task": "bound", "most": {"negative": 1}, "threshold": {"percentile": 50}, "seed": 0}
    with pytest.raises(BadInput, match="'lost'(.|\n)*predictions.tsv.gz(.|\n)*run again"):
        find_others({"fold0": model}, inputs, predictions, FOLDS, **asked)
