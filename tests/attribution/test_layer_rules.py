"""Every layer with a DeepLIFT rule: contributions complete, and values are the layer's own."""

import functools

import keras
import layer_cases
import networks
import numpy as np
import product_cases
import pytest
import tensorflow as tf
from keras import layers, ops
from test_contract import check_alone

from chromolens.attribution import front
from chromolens.attribution.deeplift import walk
from chromolens.attribution.methods import deeplift_rescale
from chromolens.models.foreign.rearranged import Rearranged, Zeros
from chromolens.models.foreign.tokens import Vectors
from chromolens.models.graph import functional
from chromolens.models.kinds import WEIGHTED
from chromolens.models.logits import Preactivation, linear_part
from chromolens.models.model import Model
from chromolens.models.targets import target_function

CASES = {
    f"{group}: {name}": case
    for module in (layer_cases, product_cases)
    for group, cases in vars(module).items()
    if group.isupper() and isinstance(cases, dict)
    for name, case in cases.items()
}
LENGTH = 10


@functools.cache
def network(name: str) -> keras.Model:
    """A case between a convolution for each of its two tensors and a weighted sum."""
    inputs = keras.Input((LENGTH, 4))
    sides = [layers.Conv1D(6, 3)(inputs) for _ in range(2)]
    found = layers.Dense(1)(layers.Flatten()(CASES[name](*sides)))
    return networks.randomised(keras.Model(inputs, found), seed=1)


def rounding(network, inputs):
    """What two ways of computing the last layer, a Dense, may differ by in float32.

    Each of its products carries a few roundings of the layers before it, and they don't cancel as
    the products themselves do.
    """
    last = network.layers[-1]
    given = keras.Model(network.inputs[0], last.input)(inputs).numpy()
    sums = np.abs(given) @ np.abs(last.kernel.numpy()) + np.abs(last.bias.numpy())
    return 16 * np.finfo(np.float32).eps * sums.max()


def check_completes(model, inputs, references):
    """Within the tolerances of DeepLIFT; values are those of the network itself."""
    target = target_function(model, [0], "output")
    found = deeplift_rescale.explain(target, tf.constant(inputs), tf.constant(references))
    every = np.concatenate([inputs, references.reshape(-1, *inputs.shape[1:])])
    values, at = np.split(model.network(every).numpy()[:, 0], [len(inputs)])
    atol = rounding(model.network, every)
    np.testing.assert_allclose(found.values[:, 0], values, atol=atol)
    np.testing.assert_allclose(tf.reshape(found.reference_values, [-1]), at, atol=atol)
    effect = values - at.reshape(len(references), -1).mean(axis=1)
    error = effect - found.contributions[0].numpy().sum(axis=1, dtype=float)
    bound = np.maximum(1e-4 * np.abs(effect), 1e-5 * np.ptp(values))
    assert np.abs(effect).max() > 1e-3
    assert (np.abs(error) <= bound).all(), (error, bound)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_contributions_complete(uncompiled, name):
    model = Model.of(network(name))
    inputs = networks.sequences(4, LENGTH)
    others = networks.sequences(8, LENGTH, seed=9).reshape(4, 2, LENGTH, 4)
    background = np.full((4, 1, LENGTH, 4), 0.25, np.float32)
    check_completes(model, inputs, np.zeros((1, 1, LENGTH, 4), np.float32))
    check_completes(model, inputs, np.concatenate([background, others], axis=1))


def operations_in(model):
    """Classes of all layers and operations, those of nested models too."""
    for operation in functional(model).operations:
        yield type(operation)
        if isinstance(operation, keras.Model):
            yield from operations_in(operation)


def test_every_rule_is_tested():
    used = {kind for name in CASES for kind in operations_in(network(name))}
    rules = set(walk.rules_for("rescale"))
    # Those in front of a network of one's own and behind it, and test_recurrent's.
    elsewhere = {Preactivation, Rearranged, Vectors, Zeros}
    elsewhere |= {layers.Bidirectional, layers.GRU, layers.LSTM, layers.SimpleRNN}
    assert rules - used == elsewhere


@pytest.mark.parametrize("name", [f"WEIGHTED: {name}" for name in layer_cases.WEIGHTED])
def test_linear_part_is_the_layer_without_its_activation(name):
    layer = next(one for one in network(name).layers[3:] if isinstance(one, WEIGHTED))
    values = np.random.default_rng(0).normal(size=(2, *layer.input.shape[1:])).astype(np.float32)
    plain = type(layer).from_config({**layer.get_config(), "activation": "linear"})
    plain.build(layer.input.shape)
    plain.set_weights(layer.get_weights())
    np.testing.assert_allclose(linear_part(layer, values), plain(values), atol=1e-6)
    expected = layer.activation(plain(values))
    np.testing.assert_allclose(layer(values), expected, atol=1e-6)


@pytest.mark.slow
def test_a_row_with_attention_is_explained_alone():
    """A softmax is over positions, never over the batch: the same bits in another batch."""
    inputs = keras.Input((LENGTH, 4))
    x = layers.LayerNormalization()(layers.Conv1D(6, 3)(inputs))
    x = layers.Flatten()(layers.MultiHeadAttention(2, 4)(x, x) * ops.sigmoid(x))
    outputs = layers.Dense(3, activation="softmax")(x)
    model = Model.of(networks.randomised(keras.Model(inputs, outputs)))
    check_alone("deeplift_rescale", model, target="output", batch_size=4)
    whole = front.attribute(model, networks.sequences(9, LENGTH), method="deeplift_rescale")
    assert np.abs(whole.contributions).max() > 1e-3
