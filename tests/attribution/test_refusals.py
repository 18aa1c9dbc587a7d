"""What DeepLIFT refuses, by name, and what it does on request instead."""

import keras
import networks
import numpy as np
import pytest
from keras import activations, layers, ops
from test_deeplift import assert_complete, deeplift, others

from chromolens.attribution.deeplift import walk
from chromolens.attribution.strands import both_strands
from chromolens.errors import BadInput

X = networks.sequences(3, 8)


class Squared(layers.Layer):
    """A layer that no rule is for."""

    def call(self, inputs):
        return inputs**2


def network(case):
    inputs = keras.Input((8, 4))
    x = layers.Conv1D(6, 3, padding="same")(inputs)
    return networks.randomised(keras.Model(inputs, layers.Dense(1)(layers.Flatten()(case(x)))))


@pytest.mark.parametrize(
    "case,message",
    [
        (lambda x: ops.softmax(x, axis=0), "mixes the rows of a batch"),
        (lambda x: x - ops.mean(x, axis=0, keepdims=True), "mixes the rows"),
        (lambda x: ops.flip(x), "mixes the rows"),
        (lambda x: x[(slice(None, None, -1),)], "x\\[:, ...\\]"),
        (lambda x: x[..., ::-1, :, :], "x\\[:, ...\\]"),
        (lambda x: layers.Activation("sparsemax")(x), r"(?s)sparsemax.*softplus"),
        (lambda x: layers.Dot(2, normalize=True)([x, x]), "normalize=True"),
        (lambda x: layers.Dropout(0.5)(x, training=True), "training=True"),
        (lambda x: layers.Softmax(name="part")(x, mask=x > 0), "ops.Greater"),
        (lambda x: Squared(name="mine")(x), r"(?s)mine.*Conv1D.*ops.Relu.*fallback=.gradient"),
        (lambda x: ops.sort(x, axis=1), r"ops.Sort"),
        (lambda x: x**x, "power"),
        (lambda x: ops.cast(x, "int32"), "int32"),
        (lambda x: ops.reshape(x, (-1, 6)), "mixes the rows"),
    ],
)
def test_refusals(uncompiled, case, message):
    with pytest.raises(BadInput, match=message):
        deeplift(network(case), X)


def test_a_fallback_by_hand(uncompiled):
    """Gradient midway: 2 x' of a square, as its exact rule has it, and complete."""
    mine, exact = network(Squared(name="mine")), network(ops.square)
    for references in ("zeros", others(X)):
        found, expected = (
            deeplift(net, X, references=references, **options)
            for net, options in ((mine, {"fallback": "gradient"}), (exact, {}))
        )
        np.testing.assert_allclose(found.contributions, expected.contributions, atol=1e-6)
        assert (found.fallbacks, expected.fallbacks) == (("mine",), ())
        assert_complete(found)


def test_fallbacks_are_recorded_compiled_and_on_both_strands():
    inner_input = keras.Input((8, 6))
    inner = keras.Model(inner_input, Squared(name="inside")(inner_input))
    odd = layers.Dense(5, activation=activations.sparsemax, name="odd")
    model = network(lambda x: odd(inner(x)))
    result = deeplift(model, X, fallback="gradient", references="uniform")
    assert result.fallbacks == ("inside", "odd")
    assert both_strands(result, result).fallbacks == ("inside", "odd")
    assert np.isfinite(result.completeness_error).all()


def test_an_unknown_fallback_is_refused():
    with pytest.raises(BadInput, match=r"(?s)grad'.*gradient"):
        deeplift(network(layers.ReLU()), X, fallback="grad")


def test_names_of_layers_with_a_rule():
    names = walk.supported_layers("rescale")
    assert {"Conv1D", "MultiHeadAttention", "LayerNormalization", "ops.Multiply"} <= set(names)
    assert names == sorted(set(names)) and "Squared" not in names
