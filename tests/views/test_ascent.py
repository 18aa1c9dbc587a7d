"""Gradient ascent of linear networks, whose best input is known."""

import keras
import numpy as np
import pytest
from keras import layers

from chromolens import gradient_ascent
from chromolens.errors import BadInput

WEIGHTS = np.random.default_rng(1).normal(0, 0.3, (7, 4))
BIAS = 0.5


@pytest.fixture(scope="module")
def linear():
    inputs = keras.Input((7, 4))
    logit = layers.Dense(1, name="logit")(layers.Flatten()(inputs))
    network = keras.Model(inputs, layers.Activation("sigmoid", name="out")(logit))
    network.get_layer("logit").set_weights([WEIGHTS.reshape(-1, 1), np.array([BIAS])])
    return network


@pytest.mark.slow
def test_numbers_held_by_the_penalty(linear):
    """The gradient of w I + b - p |I|^2 is 0 at w / 2 p."""
    found = gradient_ascent(linear, form="l2", penalty=0.25, starts=3, steps=400)
    best = WEIGHTS / 0.5
    np.testing.assert_allclose(found.inputs, np.stack([best] * 3), atol=0.02)
    value = (WEIGHTS * best).sum() + BIAS
    np.testing.assert_allclose(found.values, value, atol=0.05)
    np.testing.assert_allclose(found.history[:, -1], value - 0.25 * (best**2).sum(), atol=0.02)
    assert found.history.shape == (3, 400)


@pytest.mark.slow
def test_on_the_simplex_the_best_is_the_projection(linear):
    """Of w / 2 p, which here lies inside: each row moved to the sum of 1."""
    penalty = 4.0
    best = WEIGHTS / (2 * penalty)
    best = best - best.mean(axis=1, keepdims=True) + 0.25
    assert best.min() > 0.05
    found = gradient_ascent(linear, penalty=penalty, starts=3, steps=400)
    np.testing.assert_allclose(found.inputs, np.stack([best] * 3), atol=0.02)


def test_letters_are_the_heaviest(linear):
    found = gradient_ascent(linear, form="onehot", starts=4, steps=300, task=0)
    expected = np.eye(4)[WEIGHTS.argmax(axis=1)]
    np.testing.assert_array_equal(found.inputs[0], expected)
    assert found.values[0] == pytest.approx(WEIGHTS.max(axis=1).sum() + BIAS, abs=1e-4)
    assert (np.diff(found.values) <= 0).all()
    assert len(np.unique(found.history[:, 0])) > 1  # starts differ


def test_a_unit_is_a_target(linear):
    found = gradient_ascent(linear, form="onehot", starts=2, steps=200, target="logit/0")
    np.testing.assert_array_equal(found.inputs[0], np.eye(4)[WEIGHTS.argmax(axis=1)])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"form": "simplx"}, "simplex, onehot, l2"),
        ({"form": "l2", "penalty": 0}, "nothing else holds"),
        ({"penalty": -1}, "0 or more"),
        ({"starts": 0}, "starts is 0"),
        ({"target": "logits/0"}, "did you mean 'logit'"),
        ({"target": "dead/0"}, "gradient 0 at each of 8 starts"),
    ],
)
def test_what_can_not_be_raised_is_refused(options, words):
    inputs = keras.Input((7, 4))
    dead = layers.Dense(1, "relu", name="dead", bias_initializer=keras.initializers.Constant(-99))
    x = layers.Dense(1, name="logit")(dead(layers.Flatten()(inputs)))
    with pytest.raises(BadInput, match=words):
        gradient_ascent(keras.Model(inputs, x), **options)
