"""Reading a network's graph: chains, readers, what makes a tensor, walks."""

import keras
import numpy as np
import pytest
from keras import layers

from chromolens.errors import BadInput
from chromolens.models import graph


def network():
    """Two layers in a row, then two branches that a sum joins."""
    inputs = keras.Input((8, 4))
    x = layers.Dropout(0.5, name="dropout")(inputs)
    x = layers.Conv1D(3, 2, name="conv")(x)
    x = layers.ReLU(name="relu")(x)
    inner = keras.Sequential([layers.Dense(3, name="inside")], name="inner")
    return keras.Model(inputs, layers.Add(name="sum")([x, inner(x)]))


def names(nodes):
    return [node.operation.name for node in nodes]


def test_a_chain_ends_where_a_network_branches():
    made = network()
    found = graph.chain(made)
    assert names(found) == ["dropout", "conv", "relu"]
    behind = keras.Model(found[-1].outputs[0], made.outputs)
    assert names(graph.chain(behind)) == []


def test_a_chain_ends_at_a_layer_asked_to_be_random_and_before_the_outputs():
    inputs = keras.Input((8, 4))
    x = layers.Dropout(0.5)(layers.ReLU(name="relu")(inputs), training=True)
    noisy = keras.Model(inputs, layers.ReLU()(x))
    assert names(graph.chain(noisy)) == ["relu"]
    with pytest.raises(BadInput, match="training=True"):
        graph.walk(noisy, np.ones((1, 8, 4), "float32"), lambda layer, *inputs: layer(*inputs))
    assert names(graph.chain(keras.Model(inputs, layers.ReLU()(inputs)))) == []


def test_readers_and_producers_are_the_ends_of_a_tensor():
    made = network()
    relu = graph.chain(made)[-1].outputs[0]
    assert sorted(names(graph.readers(made, relu))) == ["inner", "sum"]
    assert names(graph.readers(made, made.inputs[0])) == ["dropout"]
    last = graph.producer(made.outputs[0])
    assert last.operation.name == "sum" and last.place == 0 and last.inputs[0] is relu
    assert names(node for level in graph.levels(made) for node in level)[-1] == "sum"
    everything = {layer.name for layer in graph.all_layers(made)}
    assert {"conv", "inner", "inside", "sum"} <= everything


def test_layers_may_be_replaced_and_networks_inside_are_walked_through():
    made, x = network(), np.random.default_rng(0).normal(size=(2, 8, 4)).astype(np.float32)
    met = []

    def rule(layer, *inputs, **options):
        met.append(layer.name)
        return layer(*inputs, **options)

    (walked,) = graph.walk(made, x, rule)
    (ran,) = graph.run(made, x, lambda layer: layer)
    np.testing.assert_allclose(walked, made(x), atol=1e-6)
    np.testing.assert_allclose(ran, made(x), atol=1e-6)
    assert met == ["dropout", "conv", "relu", "inside", "sum"]
    (unrectified,) = graph.run(
        made, x, lambda layer: (lambda values: values) if layer.name == "relu" else layer
    )
    assert np.abs(unrectified - ran).max() > 1e-3


def test_masks_are_seen():
    tokens = keras.Input((5,))
    masking, plain = (layers.Embedding(4, 2, mask_zero=zero) for zero in (True, False))
    keras.Model(tokens, layers.Add()([plain(tokens), masking(tokens)]))
    assert graph.masks(masking) and not graph.masks(plain)
