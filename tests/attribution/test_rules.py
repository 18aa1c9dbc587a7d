"""Multipliers of single layers against loops and float64."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from chromolens.attribution.deeplift import functions as closed
from chromolens.attribution.deeplift.functions import quotient_back, relu_back
from chromolens.attribution.deeplift.pair import Pair
from chromolens.attribution.deeplift.rules.maximum import cross_max_back, maximum
from chromolens.models.graph import walk
from chromolens.models.maxima import call, first_of_equals, split_into_pools


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
    found = cross_max_back(*(tf.constant(side[:, None]) for side in (signal, x, ref)))
    np.testing.assert_allclose(found[:, 0], signal * cross_max_by_hand(x, ref), atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_rounding_decides_no_maximum(seed):
    """Ties stay ties where each of their numbers is off by rounding."""
    rng = np.random.default_rng(seed)
    x, ref = rng.integers(0, 3, (2, 50, 1, 4, 3)).astype(np.float32)
    signal = rng.normal(size=(50, 1, 1, 3)).astype(np.float32)
    expected = cross_max_back(*map(tf.constant, (signal, x, ref)))
    noisy = [side + rng.uniform(-3e-7, 3e-7, side.shape).astype(np.float32) for side in (x, ref)]
    found = cross_max_back(*map(tf.constant, (signal, *noisy)))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    first = first_of_equals(tf.constant(noisy[0]), 2.0).numpy()
    assert (first.argmax(axis=-2) == x.argmax(axis=-2)).all() and (first.sum(axis=-2) == 1).all()


def test_a_difference_is_no_tie():
    x = np.array([1.0, 1.0 + 2e-5], np.float32).reshape(1, 1, 2, 1)
    assert first_of_equals(tf.constant(x), 1.0).numpy().ravel().tolist() == [False, True]
    zeros = np.zeros_like(x)
    found = cross_max_back(tf.ones([1, 1, 1, 1]), tf.constant(x), tf.constant(zeros))
    assert found.numpy().ravel().tolist() == [0, 1]


MAXIMA = {
    "pool": lambda x: layers.MaxPooling1D(3, 2, "same")(x),
    "all": lambda x: layers.GlobalMaxPooling1D(keepdims=True)(x),
    "areas": lambda x: layers.MaxPooling2D((2, 3), (1, 2), "same")(ops.expand_dims(x, 3)),
    "all areas": lambda x: layers.GlobalMaxPooling2D()(ops.expand_dims(x, 3)),
    "tensors": lambda x: layers.Maximum()([x, layers.Minimum()([x[:, ::-1], 0.5 * x])]),
    "constants": lambda x: ops.maximum(ops.minimum(x, 0.5), -0.3),
    "along": lambda x: (
        ops.max(x, axis=1, keepdims=True) + ops.amin(x, axis=(-1, 1))[:, None, None]
    ),
}


@pytest.mark.parametrize("name", MAXIMA)
def test_values_and_gradients_of_maxima_are_those_of_keras(name):
    inputs = keras.Input((11, 3))
    network = keras.Model(inputs, layers.Flatten()(MAXIMA[name](inputs)))
    x = tf.constant(np.random.default_rng(2).normal(size=(4, 11, 3)).astype(np.float32))
    weights = tf.random.stateless_normal([network.output_shape[1]], [1, 2])
    found = []
    for ask in (network, lambda x: walk(network, x, call)[0]):
        with tf.GradientTape() as tape:
            tape.watch(x)
            values = ask(x)
            total = tf.reduce_sum(values * weights)
        found.append((values, tape.gradient(total, x)))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_the_gradient_of_equal_maxima_goes_to_the_first():
    x = tf.constant([[[0.0], [1.0], [1.0 + 2e-7], [1.0], [0.5]]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        values = call(layers.GlobalMaxPooling1D(), x)
    assert tape.gradient(values, x).numpy().ravel().tolist() == [0, 1, 0, 0, 0]


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


@pytest.mark.parametrize(
    "back,function,positive",
    [
        (closed.exp_back, np.exp, False),
        (closed.log_back, np.log, True),
        (closed.log1p_back, np.log1p, True),
        (closed.sqrt_back, np.sqrt, True),
        (closed.rsqrt_back, lambda v: v**-0.5, True),
        (closed.reciprocal_back, lambda v: 1 / v, True),
        (closed.abs_back, np.abs, False),
        (closed.sigmoid_back, lambda v: 1 / (1 + np.exp(-v)), False),
    ],
)
def test_closed_forms_have_no_noise(back, function, positive):
    """Against quotients in extended precision, for differences from 1e-6 to 30."""
    rng = np.random.default_rng(0)
    x = rng.normal(0, 3, 3000).astype(np.float32)
    x = np.abs(x) + np.float32(1e-3) if positive else x
    ref = (x + 10 ** rng.uniform(-6, 1.5, 3000)).astype(np.float32)
    wide, narrow = np.longdouble(x), np.longdouble(ref)
    apart = wide != narrow
    exact = (function(wide) - function(narrow))[apart] / (wide - narrow)[apart]
    found = back(tf.ones(3000), tf.constant(x), tf.constant(ref)).numpy()
    np.testing.assert_allclose(found[apart], np.float64(exact), rtol=3e-6, atol=1e-6)
    same = back(tf.ones(3000), tf.constant(x), tf.constant(x)).numpy()
    step = np.float64(1e-6) * np.abs(x)
    slope = (function(x + step) - function(x - step)) / (2 * step)
    np.testing.assert_allclose(same, slope, rtol=1e-4, atol=1e-6)


def max_pool_2d_by_hand(x, ref):
    """Multipliers of the sum of all 2 x 2 pools, stride 1, of (rows, columns, channels)."""
    multipliers = np.zeros(x.shape)
    for row, column, channel in np.ndindex(x.shape[0] - 1, x.shape[1] - 1, x.shape[2]):
        here = (slice(row, row + 2), slice(column, column + 2), channel)
        larger = x if x[here].max() >= ref[here].max() else ref
        i, j = np.unravel_index(larger[here].argmax(), (2, 2))
        at = (row + i, column + j, channel)
        multipliers[at] += (x[here].max() - ref[here].max()) / (x[at] - ref[at])
    return multipliers


def test_overlapping_pools_of_images_by_hand():
    x, ref = np.random.default_rng(0).normal(size=(2, 3, 5, 6, 2)).astype(np.float32)
    taped = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(taped)
        pair = maximum(layers.MaxPooling2D(2, 1), Pair(taped, tf.constant(ref)))
        total = tf.reduce_sum(pair.taped)
    found = tape.gradient(total, taped)
    expected = [max_pool_2d_by_hand(*sides) for sides in zip(x, ref, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-5)
