"""Occlusion, Shapley values, KernelSHAP and LIME against loops, enumeration and scikit-learn."""

from itertools import permutations

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from sklearn.linear_model import Ridge

from chromolens.attribution import front
from chromolens.attribution import references as kinds
from chromolens.attribution.games.coalitions import of_sizes
from chromolens.attribution.games.players import Game
from chromolens.errors import BadInput
from chromolens.models.model import Model

LENGTH = 9


@pytest.fixture(scope="module")
def network():
    inputs = keras.Input((LENGTH, 4))
    hidden = layers.Dense(6, activation="tanh")(layers.Flatten()(inputs))
    return Model.of(networks.randomised(keras.Model(inputs, layers.Dense(2)(hidden))))


@pytest.fixture(scope="module")
def function(network):
    """The second task by hand, in float64: (..., length, 4) -> (...)."""
    (w, b), (v, c) = [
        [np.float64(weight) for weight in layer.get_weights()]
        for layer in network.network.layers
        if layer.weights
    ]
    return lambda x: (np.tanh(x.reshape(*x.shape[:-2], -1) @ w + b) @ v + c)[..., 1]


X = networks.sequences(3, LENGTH)
X[1, 4] = 0
REFERENCES = np.stack([networks.sequences(3, LENGTH, seed) for seed in (7, 8)], axis=1)
REFERENCES *= X.any(axis=-1)[:, None, :, None]


def ask(network, method, inputs=X, **options):
    options = {"references": REFERENCES, "batch_size": 6, "task": 1, **options}
    return front.attribute(network, inputs, method=method, **options)


def shared(worth, row, reference, group):
    """Each group's worth in equal parts to its positions that differ."""
    differ = (row != reference).any(axis=-1)
    found = np.zeros(LENGTH)
    for player, value in enumerate(worth):
        mine = np.arange(LENGTH) // group == player
        if (mine & differ).any():
            found[mine & differ] = value / (mine & differ).sum()
    return found


def shapley_by_hand(function, row, reference, group):
    """The mean over all orders of what each player adds as it joins."""
    players = -(-LENGTH // group)
    orders = list(permutations(range(players)))
    worth = np.zeros(players)
    for order in orders:
        kept = np.zeros(LENGTH, bool)
        for player in order:
            before = function(np.where(kept[:, None], row, reference))
            kept |= np.arange(LENGTH) // group == player
            after = function(np.where(kept[:, None], row, reference))
            worth[player] += (after - before) / len(orders)
    return shared(worth, row, reference, group)


def over_references(one):
    return np.array([[one(X[i], REFERENCES[i, r]) for r in range(2)] for i in range(len(X))]).mean(
        axis=1
    )


def test_occlusion_by_hand(network, function):
    def one(row, reference):
        differ, parts = (row != reference).any(axis=-1), [[] for _ in range(LENGTH)]
        for first in (0, 3, 5):  # windows of 4, 3 apart, the last one moved back
            hidden = row.copy()
            hidden[first : first + 4] = reference[first : first + 4]
            change = function(row) - function(hidden)
            for place in range(first, first + 4):
                count = differ[first : first + 4].sum()
                parts[place].append(change / count if differ[place] else 0)
        return [np.mean(part) for part in parts]

    result = ask(network, "occlusion", window=4, stride=3)
    np.testing.assert_allclose(result.contributions, over_references(one), atol=1e-6)
    assert result.hypothetical is None and np.isnan(result.completeness_error).all()


@pytest.mark.parametrize("method", ["shapley_sampling", "kernel_shap"])
def test_shapley_values_of_few_players_are_exact(method, network, function):
    def one(row, reference):
        return shapley_by_hand(function, row, reference, 2)

    result = ask(network, method, group=2)
    np.testing.assert_allclose(result.contributions, over_references(one), atol=1e-6)
    assert np.abs(result.completeness_error).max() < 1e-6


def test_a_single_player_has_the_whole_effect(network):
    for method in ("shapley_sampling", "kernel_shap"):
        result = ask(network, method, group=LENGTH)
        effect = result.values - result.reference_values
        np.testing.assert_allclose(result.contributions.sum(axis=1), effect, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "method,fewer,more",
    [
        ("shapley_sampling", {"exact": False, "samples": 8}, {"exact": False, "samples": 32}),
        ("kernel_shap", {"samples": 100}, {"samples": 400}),
    ],
)
def test_samples_scatter_around_the_exact_values(method, fewer, more, network):
    """Four times the samples: half the standard error, and the mean within it."""
    many = np.repeat(X[:1], 48, axis=0)
    options = {"references": "uniform", "batch_size": 48, "ids": [str(i) for i in range(48)]}
    exact = ask(network, "shapley_sampling", X[:1], references="uniform").contributions[0]
    spread = []
    for settings in (fewer, more):
        result = ask(network, method, many, **options, **settings)
        error = result.contributions.std(axis=0) / np.sqrt(48)
        assert (error > 0).all()
        off = np.abs(result.contributions.mean(axis=0) - exact)
        assert (off < 4 * error + 1e-6).all(), off / error
        assert np.abs(result.completeness_error).max() < 1e-6
        spread.append(np.linalg.norm(error))
    assert 1.5 < spread[0] / spread[1] < 2.7


def test_lime_is_the_ridge_regression_of_scikit_learn(network, function):
    result = ask(
        network, "lime", ids=["a", "b", "c"], seed=5, samples=40, kernel_width=0.4, alpha=0.3
    )

    def one(row, reference, i, number):
        seed = tf.constant(kinds.seeds(["a", "b", "c"], 5)[i : i + 1])
        game = Game(tf.ones(LENGTH), None, None, seed, tf.constant(number), None)
        kept = of_sizes(game, 40, np.ones(LENGTH + 1)).numpy()
        values = function(np.where(kept[..., None], row, reference))
        weights = np.exp(-(((1 - np.sqrt(kept.mean(axis=1))) / 0.4) ** 2))
        differ = (row != reference).any(axis=-1)
        fit = Ridge(alpha=0.3).fit((kept * differ).astype(float), values, weights)
        return fit.coef_

    expected = [
        np.mean([one(X[i], REFERENCES[i, r], i, r) for r in range(2)], axis=0) for i in range(3)
    ]
    np.testing.assert_allclose(result.contributions, expected, atol=1e-6)


@pytest.mark.parametrize(
    "method,settings,message",
    [
        ("occlusion", {"window": 0}, "window is 0"),
        ("occlusion", {"window": 10}, "1 to 9"),
        ("occlusion", {"window": 2, "stride": 3}, "stride is 3"),
        ("shapley_sampling", {"exact": False, "samples": 3}, "2, 4, 6"),
        ("shapley_sampling", {"group": 10}, "group is 10"),
        ("shapley_sampling", {"group": 1.5}, "group is 1.5"),
        ("kernel_shap", {"samples": 35}, "36 or more"),
        ("lime", {"samples": 20, "group": 1}, "36 or more"),
        ("lime", {"alpha": 0}, "alpha is 0"),
        ("lime", {"kernel_width": -1}, "kernel_width is -1"),
    ],
)
def test_bad_settings_are_refused(method, settings, message, network):
    with pytest.raises(BadInput, match=message):
        ask(network, method, **settings)


def test_too_many_players_to_enumerate_are_refused():
    inputs = networks.sequences(1, 40)
    options = {"method": "shapley_sampling", "batch_size": 4, "exact": True}
    with pytest.raises(BadInput, match="(?s)40 players.*at most 16"):
        front.attribute(networks.cnn(), inputs, **options)
