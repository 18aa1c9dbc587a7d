"""Multipliers of single layers against loops and float64."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.attribution._activations import quotient_back, relu_back
from chromolens.attribution.rules.maximum import cross_max_back, split_into_pools


def cross_max_by_hand(x, ref):
    multipliers = np.zeros(x.shape)
    for index in np.ndindex(x.shape[0], x.shape[2]):
        a, b = x[index[0], :, index[1]], ref[index[0], :, index[1]]
        larger = a if a.max() >= b.max() else b
        at = list(larger).index(max(larger))
        if a[at] != b[at]:
            multipliers[index[0], at, index[1]] = (a.max() - b.max()) / (a[at] - b[at])
    return multipliers


def test_cross_max_by_hand_with_ties():
    rng = np.random.default_rng(0)
    x, ref = rng.integers(0, 3, (2, 50, 4, 3)).astype(np.float32)
    signal = rng.normal(size=(50, 1, 3)).astype(np.float32)
    found = cross_max_back(tf.constant(signal), tf.constant(x), tf.constant(ref))
    np.testing.assert_allclose(found, signal * cross_max_by_hand(x, ref), atol=1e-6)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("size,stride", [(3, 3), (5, 2), (2, 4), (4, 1)])
def test_pools_are_those_of_keras(size, stride, padding):
    x = np.random.default_rng(0).normal(size=(2, 23, 3)).astype(np.float32)
    ours = split_into_pools(tf.constant(x), size, stride, padding).numpy().max(axis=2)
    expected = layers.MaxPooling1D(size, strides=stride, padding=padding)(x).numpy()
    np.testing.assert_array_equal(ours, expected)


def test_relu_multipliers_are_exact():
    x = np.array([-2, -1, 0, 0, 1, 3, 1e-30, 2], np.float32)
    ref = np.array([-1, 3, 0, 2, -1, 1, -1e-30, 2], np.float32)
    found = relu_back(tf.ones(8), tf.constant(x), tf.constant(ref))
    np.testing.assert_allclose(found, [0, 0.75, 0, 1, 0.5, 1, 0.5, 1], rtol=1e-6)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "gelu", "exponential"])
def test_smooth_multipliers_have_no_noise(name):
    """Against float64 quotients, for differences from 1e-8 to 3."""
    function = {
        "sigmoid": lambda v: 1 / (1 + np.exp(-v)),
        "tanh": np.tanh,
        "softplus": lambda v: np.log1p(np.exp(v)),
        "gelu": lambda v: v * (1 + np.vectorize(math.erf)(v / math.sqrt(2))) / 2,
        "exponential": np.exp,
    }[name]
    rng = np.random.default_rng(0)
    x = rng.normal(size=3000).astype(np.float32)
    ref = (x + 10 ** rng.uniform(-8, 0.5, 3000)).astype(np.float32)
    wide, narrow = np.float64(x), np.float64(ref)
    apart = wide != narrow
    exact = (function(wide) - function(narrow))[apart] / (wide - narrow)[apart]
    back = quotient_back(keras.activations.get(name), 1e-2)
    found = back(tf.ones(3000), tf.constant(x), tf.constant(ref))
    np.testing.assert_allclose(found.numpy()[apart], exact, rtol=1e-4, atol=3e-5)
