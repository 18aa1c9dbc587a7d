"""Deconvnet and guided backpropagation by hand, however a ReLU is written; hidden ones refused."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.attribution import front
from chromolens.errors import BadInput

METHODS = ("deconvnet", "guided_backprop")
LENGTH, WIDTH = 14, 5


def ask(network, inputs, method, **options):
    options = {"batch_size": 4, "references": "zeros", **options}
    return front.attribute(network, inputs, method=method, **options)


class Rectified(layers.Layer):
    """A layer of the user's, with a ReLU that nobody sees from outside."""

    def call(self, inputs):
        return tf.nn.relu(inputs)


class Doubled(layers.Layer):
    """A layer of the user's without one."""

    def call(self, inputs):
        return 2 * inputs


def conv_relu(how):
    """Tensor -> ReLU of a convolution of it, written in one of several ways."""
    conv, bare = layers.Conv1D(6, WIDTH, activation="relu"), layers.Conv1D(6, WIDTH)
    nested = keras.Sequential([keras.Input((LENGTH, 4)), bare, layers.ReLU()])
    return {
        "fused": conv,
        "fused layer": layers.Conv1D(6, WIDTH, activation=layers.ReLU()),
        "layer": lambda x: layers.ReLU()(bare(x)),
        "activation": lambda x: layers.Activation("relu")(bare(x)),
        "op": lambda x: keras.ops.relu(bare(x)),
        "nested": nested,
        "leaky": lambda x: layers.LeakyReLU()(bare(x)),
        "hidden": lambda x: Rectified(name="odd")(bare(x)),
        "maximum": lambda x: keras.ops.maximum(bare(x), 0.0),
        "by comparison": lambda x: bare(x) * keras.ops.cast(bare(x) > 0, "float32"),
        "distributed": layers.TimeDistributed(layers.Dense(6, activation="relu"), name="odd"),
        "recurrent": layers.LSTM(6, activation="relu", return_sequences=True, name="odd"),
        "own function": layers.Conv1D(6, WIDTH, activation=lambda x: tf.nn.relu(x), name="odd"),
        "doubled": lambda x: Doubled()(bare(x)),
        "memory": layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
        "gates": lambda x: layers.Multiply()([layers.Dense(6, "sigmoid")(x), layers.Dense(6)(x)]),
    }[how]


def network(how, inner="relu"):
    inputs = keras.Input((LENGTH, 4))
    x = layers.Flatten()(conv_relu(how)(inputs))
    outputs = layers.Dense(2)(layers.Dense(7, activation=inner)(x))
    return networks.randomised(keras.Model(inputs, outputs))


def by_hand(made, x, method):
    """Signal at the input (n, length, 4) of conv - relu - dense - relu - dense, in float64."""
    shaped = sorted(made.weights, key=lambda weight: -len(weight.shape))
    kernel = np.float64(shaped[0])
    (bias, (w1, b1), (w2, _)) = (
        np.float64(made.weights[1]),
        *([np.float64(weight) for weight in layer.weights] for layer in made.layers[-2:]),
    )
    count = LENGTH - WIDTH + 1
    z1 = np.stack([np.tensordot(x[:, i : i + WIDTH], kernel, 2) + bias for i in range(count)], 1)
    z2 = np.maximum(z1, 0).reshape(len(x), -1) @ w1 + b1
    forward = method == "guided_backprop"
    signal = np.maximum(w2[:, 0], 0) * ((z2 > 0) if forward else np.ones_like(z2))
    signal = np.maximum((signal @ w1.T).reshape(z1.shape), 0) * ((z1 > 0) if forward else 1)
    found = np.zeros(x.shape)
    for i in range(count):
        found[:, i : i + WIDTH] += np.tensordot(signal[:, i], kernel, (1, 2))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "method,how",
    [
        ("deconvnet", "fused"),
        *[("guided_backprop", how) for how in ("fused", "fused layer", "op", "nested")],
        *[("guided_backprop", how) for how in ("layer", "activation")],
    ],
)
def test_a_relu_is_seen_wherever_it_stands(method, how):
    made, x = network(how), networks.sequences(3, LENGTH)
    signal = by_hand(made, x, method)
    found = ask(made, x, method)
    np.testing.assert_allclose(found.contributions, (signal * x).sum(axis=-1), atol=2e-6)
    np.testing.assert_allclose(found.hypothetical, signal, atol=2e-6)
    np.testing.assert_allclose(found.values, made(x)[:, 0], atol=1e-6)
    plain = ask(made, x, "gradient_x_input").contributions
    assert np.abs(found.contributions - plain).max() > 0.05 * np.abs(plain).max()


@pytest.mark.parametrize("method", METHODS)
def test_by_themselves_or_times_the_difference(method):
    made, x = network("fused"), networks.sequences(3, LENGTH)
    signal = by_hand(made, x, method)
    own = ask(made, x, method, references="uniform").contributions
    np.testing.assert_allclose(own, (signal * (x - 0.25)).sum(axis=-1), atol=2e-6)
    alone = ask(made, x, method, times_input=False, references="uniform")
    np.testing.assert_allclose(alone.contributions, (signal * x).sum(axis=-1), atol=2e-6)
    centred = signal - signal.mean(axis=-1, keepdims=True)
    np.testing.assert_allclose(alone.hypothetical, centred, atol=2e-6)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["leaky", "doubled", "memory", "gates"])
def test_without_a_relu_it_is_the_gradient(how):
    method = "guided_backprop"
    made, x = network(how, inner="tanh"), networks.sequences(3, LENGTH)
    found, plain = (ask(made, x, name).contributions for name in (method, "gradient_x_input"))
    np.testing.assert_allclose(found, plain, atol=1e-6)
    assert np.abs(plain).max() > 1e-3


@pytest.mark.parametrize(
    "how,message",
    [
        ("hidden", r"odd.*Rectified.*Relu"),
        ("maximum", "Maximum"),
        ("by comparison", "Greater"),
        ("distributed", "odd.*TimeDistributed.*Relu"),
        ("recurrent", "odd.*LSTM.*Relu"),
        ("own function", "odd.*Conv1D.*Relu"),
    ],
)
def test_a_hidden_relu_is_refused_by_name(how, message):
    with pytest.raises(BadInput, match=f"(?s){message}.*saliency"):
        ask(network(how), networks.sequences(1, LENGTH), "deconvnet")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_tanh_and_sigmoid_on_request(method, name):
    """f'(z) of the positive signal, or f of the signal itself, as deeplift has it."""
    inputs = keras.Input((4, 4))
    hidden = layers.Dense(5, activation=name)(layers.Flatten()(inputs))
    made = networks.randomised(keras.Model(inputs, layers.Dense(1)(hidden)))
    x = networks.sequences(3, 4)
    w, b, v, _ = (np.float64(weight) for weight in made.weights)
    z = x.reshape(3, -1) @ w + b
    function = np.tanh if name == "tanh" else lambda value: 1 / (1 + np.exp(-value))
    slope = 1 - np.tanh(z) ** 2 if name == "tanh" else function(z) * (1 - function(z))
    changed = {"guided_backprop": slope * np.maximum(v[:, 0], 0), "deconvnet": function(v[:, 0])}
    for relu_only, signal in ((False, changed[method]), (True, slope * v[:, 0])):
        found = ask(made, x, method, relu_only=relu_only).hypothetical
        expected = np.broadcast_to(signal, z.shape) @ w.T
        np.testing.assert_allclose(found, expected.reshape(x.shape), atol=1e-6)


def test_hidden_tanh_is_refused_where_it_would_be_changed():
    x, method = networks.sequences(1, LENGTH), "guided_backprop"
    with pytest.raises(BadInput, match="(?s)bidirectional.*Tanh"):
        ask(network("memory"), x, method, relu_only=False)


def test_layers_are_left_as_they_were():
    made = network("fused")
    ask(made, networks.sequences(1, LENGTH), "guided_backprop")
    names = [layer.activation.__name__ for layer in made.layers if hasattr(layer, "activation")]
    assert names == ["relu", "relu", "linear"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("setting", ["times_input", "relu_only"])
def test_bad_settings_are_refused(method, setting):
    with pytest.raises(BadInput, match=f"(?s){setting}.*true or false"):
        ask(network("fused"), networks.sequences(1, LENGTH), method, **{setting: "no"})
