"""Gradient SIS: every subset sufficient and minimal by brute force, and mostly the exact one."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from chromolens.models.model import Model
from chromolens.models.targets import target_values
from chromolens.sis.front import Finder, sufficient_subsets
from chromolens.sis.search.backselect import Order
from chromolens.sis.search.collection import by_gradient
from chromolens.sis.search.gradient import gradient_search
from tests.sis.models import layers, network, random_dna

MASK = np.full(4, 0.25, np.float32)
FORMS = {
    "convolutions": [
        layers.Conv1D(8, 7, activation="relu"),
        layers.Conv1D(8, 5, activation="relu"),
        layers.GlobalMaxPooling1D(),
    ],
    "sees everything": [layers.Conv1D(6, 3), layers.LSTM(5)],
    "dense": [layers.Flatten()],
}


def fresh(form):
    return [type(layer).from_config(layer.get_config()) for layer in FORMS[form]]


def threshold_of(model, inputs):
    values = target_values(model, inputs, tasks=[0])[:, 0]
    hidden = target_values(model, np.full_like(inputs[:1], 0.25), tasks=[0])[0, 0]
    return hidden + 0.5 * (np.median(values[values > hidden]) - hidden)


def target(model, window, kept):
    copy = np.where(np.isin(np.arange(len(window)), kept)[:, None], window, MASK)
    return float(model.logits(copy[None].astype(np.float32), training=False)[0, 0])


@pytest.mark.slow
@pytest.mark.parametrize("method", ["exact", "gradient"])
@pytest.mark.parametrize("form", FORMS)
def test_subsets_are_disjoint_sufficient_and_minimal(form, method):
    model, inputs = network(*fresh(form)), random_dna(5, 40, seed=4)
    threshold = threshold_of(model, inputs)
    found = sufficient_subsets(model, inputs, threshold=threshold, method=method, max_subsets=3)
    assert sum(len(each.subsets) for each in found) >= 3
    for window, each in zip(inputs, found, strict=True):
        taken = np.concatenate([[], *each.subsets])
        assert len(set(taken)) == len(taken)
        for subset, value, spared in zip(each.subsets, each.values, each.without_one, strict=True):
            assert value == pytest.approx(target(model, window, subset), abs=1e-5)
            fewer = [target(model, window, np.delete(subset, i)) for i in range(len(subset))]
            assert spared == pytest.approx(max(fewer), abs=1e-5)
            assert spared < threshold <= value


def gradients(left):
    return 1 + gradients(left - -(-left // 5)) if left else 0


def test_on_an_additive_target_the_order_is_exact():
    """One task, no hidden layer: what masking changes is what the gradient says."""
    weights = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    inputs = random_dna(4, 30, seed=5)
    free = np.ones((4, 30), bool)
    free[1, :7] = False

    def function(batch):
        return tf.reduce_sum(batch * weights, axis=[1, 2])[:, None]

    order = gradient_search(function, (30, 4), MASK, 3)(inputs, free)
    gains = (weights * (inputs - MASK)).sum(axis=-1)
    for row in range(4):
        steps = int(free[row].sum())
        expected = sorted(np.flatnonzero(free[row]), key=gains[row].__getitem__)
        assert order.positions[row, :steps].tolist() == expected
        assert (order.positions[row, steps:] == -1).all()
        left = (weights * inputs[row]).sum() - np.cumsum(gains[row][expected])
        known = np.isfinite(order.values[row])
        # each step masks a fifth of what is left; nobody asks what the last one leaves
        assert known.sum() == gradients(steps) - 1
        np.testing.assert_allclose(order.values[row][known], left[known[:steps]], atol=1e-5)


@pytest.mark.slow
def test_neighbours_and_block_change_nothing():
    model, inputs = network(*fresh("sees everything")), random_dna(40, 40, seed=6)
    threshold = threshold_of(model, inputs)
    settings = {"threshold": threshold, "method": "gradient", "max_subsets": 1}
    whole = sufficient_subsets(model, inputs, **settings)
    for row in (0, 33, 39):
        (alone,) = sufficient_subsets(model, inputs[row : row + 1], **settings)
        assert [s.tolist() for s in alone.subsets] == [s.tolist() for s in whole[row].subsets]


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        # 8 positions; known after masking 1, 3, 5, 6 and 7: 2 suffice, so 4 are kept; as 4 are
        # not known to pass, 5 are
        ({1: 9, 3: 9, 5: 9, 6: 9, 7: 0}, [3, 4, 5, 6, 7]),
        ({1: 9, 3: 0, 4: 9, 6: 9, 7: 0}, [4, 5, 6, 7]),
        ({1: 0, 3: 0, 5: 9, 6: 0, 7: 0}, list(range(8))),
        ({1: 0, 3: 0, 5: 0, 6: 0, 7: 0}, list(range(8))),
    ],
)
def test_the_exact_search_sees_twice_what_seems_enough(values, kept):
    order = np.full((1, 8), -np.inf)
    order[0, [steps - 1 for steps in values]] = list(values.values())
    asked = []

    def finish(inputs, free, thresholds, places):
        asked.append((inputs, free))
        return []

    search = by_gradient(lambda *_: Order(np.arange(8)[None], order), finish, MASK)
    inputs = random_dna(1, 8)
    search(inputs, np.ones((1, 8), bool), np.array([5.0]), np.array([0]))
    ((seen, free),) = asked
    assert np.flatnonzero(free[0]).tolist() == kept
    assert (seen[0, kept] == inputs[0, kept]).all()
    assert (np.delete(seen[0], kept, axis=0) == 0.25).all()


def test_of_many_positions_little_more_than_enough_is_left_to_the_exact_search():
    length, rng = 800, np.random.default_rng(1)
    effects = rng.normal(size=(length, 1)).astype(np.float32)
    mask = rng.uniform(0.2, 1.8, (length, 1)).astype(np.float32)
    inputs = rng.integers(0, 3, (2, length, 1)).astype(np.float32)

    def function(batch):
        return tf.reduce_sum(batch * effects, axis=[1, 2])[:, None]

    # masking changes a sum by what each position adds: the largest ones are the smallest set
    added = np.sort((effects * (inputs - mask))[..., 0].astype(float), axis=1)[:, ::-1]
    enough = np.array([300, 30])
    sums = added.cumsum(axis=1)[[0, 1], enough - 1] - added[[0, 1], enough - 1] / 2
    limits = float((effects * mask).sum()) + sums
    asked = []

    def finish(seen, free, thresholds, places):
        asked.append(free.sum(axis=1))
        kept = function(tf.constant(seen)).numpy()[:, 0]
        assert (kept >= thresholds).all()
        return []

    guess = gradient_search(function, (length, 1), mask, 2)
    by_gradient(guess, finish, mask)(inputs, np.ones((2, length), bool), limits, np.arange(2))
    assert 300 <= asked[0][0] <= 1.03 * 300 and 60 <= asked[0][1] <= 60 / 0.8 + 1


WORD = "TGACTCAGCA"


def word_detector(length):
    """A network that answers with the best match of WORD, and windows that hold it once."""
    word = np.eye(4)[["ACGT".index(base) for base in WORD]]
    noise = np.random.default_rng(8).normal(0, 0.15, (len(WORD), 4, 6))
    inputs = keras.Input((length, 4))
    convolution = layers.Conv1D(6, len(WORD), activation="relu")
    best = layers.GlobalMaxPooling1D()(convolution(inputs))
    model = keras.Model(inputs, layers.Dense(1)(best))
    convolution.set_weights([noise + (word - 0.25)[..., None] * (np.arange(6) == 0), -np.ones(6)])
    model.layers[-1].set_weights([np.array([[2.0], *[[0.1]] * 5]), np.zeros(1)])
    windows = random_dna(24, length, seed=7)
    for row, window in enumerate(windows):
        window[10 + row : 10 + row + len(WORD)] = word
    return Model.of(model), windows


def test_mostly_the_exact_subsets():
    model, inputs = word_detector(101)
    settings = {"threshold": threshold_of(model, inputs) + 3, "max_subsets": 1}
    exact = sufficient_subsets(model, inputs, **settings)
    guessed = sufficient_subsets(model, inputs, method="gradient", **settings)
    pairs = [(a.subsets[0], b.subsets[0]) for a, b in zip(exact, guessed, strict=True)]
    assert min(len(a) for a, _ in pairs) >= 5
    shared = [len(np.intersect1d(a, b)) / len(np.union1d(a, b)) for a, b in pairs]
    assert np.mean(shared) > 0.9, shared


def test_auto_is_exact_where_that_is_fast():
    short = network(*fresh("sees everything"))
    assert Finder(short, 40, method="auto").method == "exact"
    long = network(*fresh("sees everything"), length=160)
    assert Finder(long, 160, method="auto").method == "gradient"
    local = network(*fresh("convolutions"), length=160)
    assert Finder(local, 160, method="auto").method == "exact"
