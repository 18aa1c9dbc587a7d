"""Activations, and the inputs that excite a unit most, against Keras itself."""

import keras
import numpy as np
import pytest
from keras import layers

from chromolens import activations, most_exciting
from chromolens.errors import BadInput


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(5)
    inputs = keras.Input((15, 4))
    maps = layers.Conv1D(3, 4, activation="relu", name="maps")(inputs)
    return keras.Model(inputs, layers.Dense(2)(layers.GlobalMaxPooling1D(name="top")(maps)))


def dna(count):
    return np.eye(4, dtype=np.float32)[np.random.default_rng(0).integers(0, 4, (count, 15))]


def test_activations_are_the_layers(network):
    x = dna(7)
    kernel, bias = (np.float64(weight) for weight in network.get_layer("maps").weights)
    windows = np.stack([x[:, i : i + 4] for i in range(12)], axis=1)
    expected = np.maximum(np.tensordot(windows, kernel, 2) + bias, 0)
    found = activations(network, x, "maps", batch_size=4)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(activations(network, x, "top"), expected.max(axis=1), atol=1e-5)
    assert activations(network, x[:0], "maps").shape == (0, 12, 3)
    with pytest.raises(BadInput, match="did you mean 'maps'"):
        activations(network, x, "mpas")


def test_the_most_exciting_come_first(network):
    x = dna(20)
    x[9] = x[4]
    tops = activations(network, x, "maps")[..., 1].max(axis=1)
    found = most_exciting(network, x, target="maps/1:max", count=20)
    np.testing.assert_allclose(found.values, np.sort(tops)[::-1], atol=1e-5)
    places = found.rows.tolist()
    assert places.index(9) == places.index(4) + 1  # of equals the first
    few = most_exciting(network, x, target="maps/1:max", count=3)
    np.testing.assert_array_equal(few.rows, found.rows[:3])
