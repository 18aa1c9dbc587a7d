"""Grouped convolutions: the answers of plain ones, and gradients with every kernel."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.models.grouped import cut_groups
from chromolens.models.model import Model
from chromolens.models.targets import target_values

FORMS = {
    "same": lambda: layers.Conv1D(6, 3, groups=2, padding="same", activation="relu"),
    "causal": lambda: layers.Conv1D(4, 3, groups=4, padding="causal", dilation_rate=2),
    "strides": lambda: layers.Conv1D(8, 5, groups=2, strides=2, use_bias=False),
}


def block_diagonal(layer):
    """The kernel (width, channels, filters) of the same convolution without groups."""
    kernel, groups = layer.kernel.numpy(), layer.groups
    width, channels, filters = kernel.shape
    whole = np.zeros((width, groups, channels, groups, filters // groups), np.float32)
    for group in range(groups):
        whole[:, group, :, group] = kernel.reshape(width, channels, groups, -1)[:, :, group]
    return whole.reshape(width, groups * channels, filters)


def slopes(network, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        values = network(x)
        total = tf.reduce_sum(values**2)
    return values, tape.gradient(total, x)


@pytest.fixture
def uncompiled():
    """XLA, which Keras asks for with groups, would hide what kernels can't do."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.parametrize("form", FORMS)
def test_values_and_gradients_are_those_of_a_plain_convolution(uncompiled, form):
    inputs = keras.Input((20, 4))
    grouped = FORMS[form]()
    network = keras.Model(inputs, grouped(inputs))
    plain = layers.Conv1D.from_config({**grouped.get_config(), "groups": 1, "name": "plain"})
    other = keras.Model(inputs, plain(inputs))
    plain.set_weights([block_diagonal(grouped), *grouped.get_weights()[1:]])
    cut_groups(network)
    x = tf.constant(np.random.default_rng(0).normal(size=(5, 20, 4)).astype(np.float32))
    for one, expected in zip(slopes(network, x), slopes(other, x), strict=True):
        np.testing.assert_allclose(one, expected, atol=1e-5)


def test_a_network_with_groups_trains_and_is_saved_as_it_was(uncompiled, tmp_path):
    inputs = keras.Input((20, 4))
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(8, 5, groups=2, activation="relu")(inputs))
    network = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    config = network.get_config()
    cut_groups(network)
    network.compile("adam", "binary_crossentropy")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 20, 4)).astype(np.float32)
    before = network.get_weights()
    network.fit(x, x[:, 0, :1] > 0, epochs=1, verbose=0)
    assert (before[0] != network.get_weights()[0]).any()
    assert network.get_config() == config
    network.save(tmp_path / "net.keras")
    again = keras.saving.load_model(tmp_path / "net.keras")
    np.testing.assert_allclose(again(x), network(x), atol=1e-6)
    assert np.isfinite(target_values(Model.of(again), x, tasks=[0])).all()
