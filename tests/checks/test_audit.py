"""Audits of networks whose weights say where they look, and of ones that nobody trained."""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from chromolens import audit, tables
from chromolens.architectures import cnn, cnn_lstm_last
from chromolens.checks.audit import audit_folds
from chromolens.checks.positions import verdict
from chromolens.errors import BadInput
from chromolens.genome.onehot import codes_to_onehot, decode
from chromolens.inputs.batches import open_inputs, rolled
from chromolens.inputs.folds import Folds
from chromolens.models.model import Model
from chromolens.tables.checks import POSITIONS, PROFILE

LENGTH = 60


def linear(weights, channels=1):
    """An answer that is the sum of ``weights`` (length, channels) at the input."""
    network = keras.Sequential(
        [keras.Input((LENGTH, channels)), layers.Flatten(), layers.Dense(1)]
    )
    network.set_weights([np.reshape(weights, (-1, 1)), np.zeros(1)])
    return network


@pytest.fixture(scope="module")
def dosages():
    return np.random.default_rng(0).binomial(2, 0.4, (80, LENGTH)).astype(np.float32)


def row(found, measure):
    return found.numbers.set_index("measure").loc[measure]


def test_a_network_that_reads_the_last_five_positions(dosages):
    weights = np.zeros(LENGTH)
    weights[-5:] = [1, 2, 3, 4, 5]
    found = audit(linear(weights), dosages, end=5, draws=3)
    # of a linear network the mass is |weight| times the mean distance from the mean
    apart = np.abs(dosages - dosages.mean(axis=0)).mean(axis=0)
    expected = np.abs(weights) * apart / (np.abs(weights) * apart).sum()
    np.testing.assert_allclose(found.profile["trained"], expected, atol=1e-6)
    np.testing.assert_allclose(found.profile["even"], apart / apart.sum(), atol=1e-6)
    assert row(found, "last_share")["trained"] == pytest.approx(1)
    assert row(found, "half")["trained"] > 55 / 60
    assert row(found, "silent")["trained"] == 55
    # first weights lie everywhere; a weight for each position stays where it is
    assert row(found, "last_share")["untrained_high"] < 0.3
    assert found.kind == "place" and "stays at its place" in found.verdict


def test_a_network_that_looks_for_a_word_follows_it():
    """The best match of one filter: GATTACA stands at position 40."""
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 4, (40, LENGTH)).astype(np.uint8)
    word = np.array([2, 0, 3, 3, 0, 1, 0], np.uint8)
    codes[:, 40:47] = word
    network = cnn.build(LENGTH, 4, ["bound"], filters=2, kernel=7, dense=2)
    kernel = np.repeat((4 * np.eye(4)[word] - 3)[..., None], 2, axis=-1)
    network.get_layer("conv").set_weights([kernel, np.zeros(2)])
    for name, size in (("dense", 2), ("logits", 1)):
        network.get_layer(name).set_weights([np.ones((2, size)), np.zeros(size)])
    found = audit(network, codes_to_onehot(codes), draws=5)
    assert found.profile["trained"][40:47].sum() > 0.99
    assert row(found, "zone")["untrained_high"] < 0.5
    assert found.kind == "learned" and row(found, "moved")["trained_low"] > 0.9
    by = row(found, "moved")["shift"]
    assert found.profile["shifted"][40 - by : 47 - by].sum() > 0.99


@pytest.fixture(scope="module")
def genotypes():
    return np.random.default_rng(2).binomial(2, 0.3, (24, 240)).astype(np.float32)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "kind", "low", "high"),
    [
        ({}, "network", 0.8, 1),  # the last fifth
        ({"pooling": "mean"}, "even", 0.1, 0.3),
        ({"recurrent": False}, "even", 0.1, 0.3),
        ({"bidirectional": True}, "network", 0.3, 0.7),  # the first fifth has the rest
    ],
)
def test_an_lstm_read_at_its_last_state_has_a_place_before_it_learns(
    genotypes, settings, kind, low, high
):
    keras.utils.set_random_seed(5)
    network = cnn_lstm_last.build(240, 1, ["y"], objective="continuous", **settings)
    found = audit(network, genotypes, end=0.2, draws=6)
    assert found.kind == kind
    last = row(found, "last_share")
    assert low < last["untrained"] < high
    assert (row(found, "slope")["untrained_high"] < -2) == (settings == {})
    if "bidirectional" in settings:
        both = last["untrained"] + row(found, "first_share")["untrained"]
        assert both == pytest.approx(0.9, abs=0.1)


def test_first_weights_and_intervals_follow_the_seed(dosages):
    network = linear(np.ones(LENGTH))
    one, same, other = (audit(network, dosages, draws=2, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.numbers, same.numbers)
    assert row(one, "gini")["untrained"] != row(other, "gini")["untrained"]


def test_each_input_for_its_own_task(dosages):
    network = keras.Sequential(
        [keras.Input((LENGTH, 1)), layers.Flatten(), layers.Dense(2, name="dense")]
    )
    weights = np.zeros((LENGTH, 2))
    weights[3, 0] = weights[50, 1] = 1
    network.set_weights([weights, np.zeros(2)])
    for task, places in ((0, [3]), ("dense/1", [50]), ([0, 1] * 40, [3, 50])):
        found = audit(network, dosages, task=task, draws=0).profile["trained"]
        assert np.flatnonzero(found).tolist() == places


def test_without_an_untrained_network_there_is_no_verdict(dosages, caplog):
    asked = Model.of_function(lambda x: x[:, -1], LENGTH, channels=1)
    found = audit(
        asked, dosages, target="output", method="occlusion", references=np.ones((1, 1, LENGTH, 1))
    )
    assert found.kind == "unjudged" and "can't be built anew" in caplog.text
    assert row(found, "last_share")["trained"] == pytest.approx(1)


def test_draws_that_are_all_the_same_are_one(dosages):
    inputs = keras.Input((LENGTH, 1))
    fixed = layers.Dense(1, kernel_initializer="ones")(layers.Flatten()(inputs))
    assert audit(keras.Model(inputs, fixed), dosages, draws=4).numbers["draws"].eq(1).all()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"end": 0}, "end is 0"),
        ({"end": 61}, "end is 61"),
        ({"most": 1}, "1 inputs"),
        ({"most": 0}, "most is 0"),
        ({"draws": -1}, "draws is -1"),
        ({"task": [0, 0]}, "2 tasks for 80 inputs"),
        ({"method": "gradient"}, "gradient"),
        ({"references": np.zeros((80, 1, LENGTH, 1))}, "references for 80 inputs"),
    ],
)
def test_what_makes_no_sense_is_refused(dosages, changed, message):
    with pytest.raises(BadInput, match=message):
        audit(linear(np.ones(LENGTH)), dosages, **changed)


def test_texts_are_moved_inside_their_padding():
    texts = np.array([[1, 2, 3, 0, 0], [0, 4, 5, 6, 7]])
    assert rolled(texts, 1).tolist() == [[2, 3, 1, 0, 0], [0, 5, 6, 7, 4]]
    assert texts[0].tolist() == [1, 2, 3, 0, 0]


def windows(codes):
    count = len(codes)
    return pd.DataFrame(
        {
            "id": [f"record{row}" for row in range(count)],
            "group": [f"part{row % 2}" for row in range(count)],
            "sequence": [decode(window) for window in codes_to_onehot(codes)],
            "role": ["positive", "positive", "negative", "negative"] * (count // 4),
            "source": ["bound", "bound", "negative", "negative"] * (count // 4),
            "gc": 0.5,
            "bound": [1, 1, 0, 0] * (count // 4),
        }
    )


def test_a_studys_windows_are_explained_by_the_model_that_never_saw_them():
    codes = np.random.default_rng(3).integers(0, 4, (40, LENGTH)).astype(np.uint8)
    models = {}
    for fold, place in (("fold0", 10), ("fold1", 30)):
        weights = np.zeros((LENGTH, 4))
        weights[place] = [1, 2, 3, 4]
        models[fold] = Model.of(linear(weights, 4), ["bound"])
    found = audit_folds(
        models,
        open_inputs(windows(codes)),
        folds=Folds({"fold0": {"test": ["part0"]}, "fold1": {"test": ["part1"]}}),
        explains={"bound": "bound"},
        target="logit",
        draws=2,
        seed=0,
    )
    assert set(found.numbers["inputs"]) == {20}  # the positives
    # at its place a window contributes its base's weight less the mean of all: 1.5, 0.5, 0.5, 1.5
    apart = np.abs(codes + 1 - 2.5)
    mass = np.zeros(LENGTH)
    mass[10] = apart[0::4, 10].sum()  # rows 0, 4, ... are the positives of part0
    mass[30] = apart[1::4, 30].sum()
    np.testing.assert_allclose(found.profile["trained"], mass / mass.sum(), atol=1e-6)


def test_texts_are_read_as_each_folds_training_saw_them():
    """Token 3 decides; the training of fold1 never saw it, so that it is unknown (1) there."""
    texts = ["2 3 2 2 2 0"] * 8 + ["2 2 2 2 2 0"] * 8
    table = pd.DataFrame(
        {
            "id": [f"text{row}" for row in range(16)],
            "group": ["part0"] * 8 + ["part1"] * 8,
            "tokens": texts,
            "role": "positive",
            "source": "a",
            "a": 1.0,
        }
    )
    network = keras.Sequential(
        [keras.Input((6,)), layers.Embedding(4, 1), layers.Flatten(), layers.Dense(1)]
    )
    network.set_weights([np.array([[0.0], [5], [1], [9]]), np.ones((6, 1)), np.zeros(1)])
    roles = {"test": ["part0"], "training": ["part1"]}
    found = audit_folds(
        {"fold0": Model.of(network, ["a"])},
        open_inputs(table),
        folds=Folds({"fold0": roles}),
        explains={"a": "a"},
        target="logit",
        draws=2,
        seed=0,
    )
    # vectors 1 and, at position 1, 5 in place of 9, less the mean vector of 1, 2 and 3: 5
    np.testing.assert_allclose(found.profile["trained"], [0.25, 0, 0.25, 0.25, 0.25, 0], atol=1e-6)
    np.testing.assert_allclose(found.profile["even"], [0.2] * 5 + [0], atol=1e-6)


def test_tables_and_pictures_are_written(dosages, tmp_path):
    found = audit(linear(np.arange(LENGTH)), dosages, draws=2)
    found.write(tmp_path / "numbers.tsv", tmp_path / "profile.tsv.gz", "mine")
    back = tables.read(POSITIONS, tmp_path / "numbers.tsv")
    assert verdict(back).sentence == found.verdict and set(back["model"]) == {"mine"}
    assert len(tables.read(PROFILE, tmp_path / "profile.tsv.gz")) == LENGTH
    for name in ("picture.png", "picture.svg"):
        found.plot(tmp_path / name)
        assert (tmp_path / name).stat().st_size > 5000
    assert found.verdict in str(found) and "most90" in str(found)
