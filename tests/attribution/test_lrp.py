"""epsilon-LRP against relevance handed down by hand in float64, and what it must conserve."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.attribution import front
from chromolens.attribution.signals.lrp import RULES, Relevance
from chromolens.errors import BadInput

LENGTH = 8


def ask(network, inputs, **options):
    return front.attribute(network, inputs, method="lrp_epsilon", batch_size=4, **options)


def without_biases(network):
    for weight in network.weights:
        if "bias" in weight.path:
            weight.assign(0 * weight)
    return network


def share(parts, relevance, epsilon=0.0):
    """Bach's rule: relevance (m,) of the sums of ``parts`` (k, m), the last a bias -> (k, m)."""
    total = parts.sum(axis=0)
    return parts / (total + epsilon * np.where(total >= 0, 1, -1)) * relevance


def through_dense(x, w, b, relevance, epsilon=0.0):
    return share(np.concatenate([x[:, None] * w, b[None]]), relevance, epsilon)[:-1].sum(axis=1)


def through_same_conv(x, kernel, bias, relevance, epsilon):
    """Relevance (length, filters) of a convolution with 'same' padding -> (length, channels)."""
    half, found = len(kernel) // 2, np.zeros(x.shape)
    padded = np.pad(x, [(half, half), (0, 0)])
    for place in range(len(x)):
        window = padded[place : place + len(kernel)].reshape(-1)
        flat = kernel.reshape(len(window), -1)
        handed = through_dense(window, flat, bias, relevance[place], epsilon)
        for offset, part in enumerate(handed.reshape(len(kernel), -1)):
            if 0 <= place + offset - half < len(x):
                found[place + offset - half] += part
    return found


def residual(blocks=1):
    """conv - relu, ``blocks`` of x + relu(conv(x)), mean over positions, dense."""
    inputs = keras.Input((LENGTH, 4))
    x = layers.Conv1D(5, 3, padding="same", activation="relu")(inputs)
    for _ in range(blocks):
        step = layers.Conv1D(5, 3, padding="same")(x)
        x = layers.Add()([x, layers.ReLU()(step)])
    outputs = layers.Dense(1)(layers.GlobalAveragePooling1D()(x))
    return networks.randomised(keras.Model(inputs, outputs))


def convolved(x, kernel, bias):
    half = len(kernel) // 2
    padded = np.pad(x, [(half, half), (0, 0)])
    windows = (padded[i : i + len(kernel)] for i in range(len(x)))
    return np.stack([np.tensordot(window, kernel, 2) + bias for window in windows])


def residual_by_hand(network, x, epsilon):
    k1, b1, k2, b2, w, b = (np.float64(weight) for weight in network.weights)
    z1 = convolved(x, k1, b1)
    a1 = np.maximum(z1, 0)
    z2 = convolved(a1, k2, b2)
    a2 = np.maximum(z2, 0)
    mean = (a1 + a2).mean(axis=0)
    relevance = through_dense(mean, w, b, mean @ w + b)
    summed = (a1 + a2) / len(x) / np.where(mean, mean, 1) * relevance
    alone = np.where(a1 + a2 > 0, a1 / np.where(a1 + a2, a1 + a2, 1), 0) * summed
    below = alone + through_same_conv(a1, k2, b2, summed - alone, epsilon)
    return through_same_conv(x, k1, b1, below, epsilon).sum(axis=1)


@pytest.mark.parametrize("epsilon", [1e-4, 0.3])
def test_residual_network_by_hand(epsilon):
    network, x = residual(), networks.sequences(4, LENGTH)
    found = ask(network, x, epsilon=epsilon)
    expected = [residual_by_hand(network, np.float64(row), epsilon) for row in x]
    np.testing.assert_allclose(found.contributions, expected, rtol=1e-4, atol=2e-6)
    assert found.hypothetical is None and np.isnan(found.completeness_error).all()


def test_dense_and_tanh_by_hand():
    inputs = keras.Input((LENGTH, 4))
    hidden = layers.Dense(6, activation="tanh")(layers.Flatten()(inputs))
    network = networks.randomised(keras.Model(inputs, layers.Dense(2)(hidden)))
    x = networks.sequences(4, LENGTH)
    found = ask(network, x, epsilon=0.1, task=1, references="uniform")
    w, b, v, c = (np.float64(weight) for weight in network.weights)
    for row in range(4):
        flat = np.float64(x[row].ravel())
        h = np.tanh(flat @ w + b)
        below = through_dense(h, v[:, [1]], c[[1]], (h @ v + c)[[1]])
        expected = through_dense(flat, w, b, below, 0.1).reshape(LENGTH, 4).sum(axis=1)
        np.testing.assert_allclose(found.contributions[row], expected, rtol=1e-4, atol=1e-6)


def test_sums_are_divided_not_doubled():
    """Without biases nothing is lost: a tower of adds hands down just the output."""
    found = ask(without_biases(residual(4)), networks.sequences(4, LENGTH), epsilon=1e-7)
    np.testing.assert_allclose(found.contributions.sum(axis=1), found.values, rtol=1e-3)


def sequential(*steps):
    inputs = x = keras.Input((LENGTH, 4))
    for step in steps:
        x = step(x)
    return networks.randomised(keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x))))


def recurrent(name):
    kept = {"return_sequences": True}
    return {
        "LSTM": lambda: layers.LSTM(4, **kept),
        "backwards": lambda: layers.LSTM(4, go_backwards=True, **kept),
        "last": lambda: layers.GRU(4, go_backwards=True),
        "GRU": lambda: layers.GRU(4, recurrent_activation="hard_sigmoid", **kept),
        "GRU of old": lambda: layers.GRU(4, reset_after=False),
        "SimpleRNN": lambda: layers.SimpleRNN(4),
        "Bidirectional": lambda: layers.Bidirectional(layers.LSTM(3, **kept)),
        "ends": lambda: layers.Bidirectional(layers.GRU(3), merge_mode="ave"),
    }[name]()


NAMES = ["LSTM", "backwards", "last", "GRU", "GRU of old", "SimpleRNN", "Bidirectional", "ends"]


@pytest.mark.parametrize("name", NAMES)
def test_recurrent_equations_are_those_of_keras(name):
    layer, x = recurrent(name), networks.sequences(3, LENGTH)
    networks.randomised(sequential(layer))
    ours = RULES[type(layer)](Relevance(1e-4, "signal"), layer, tf.constant(x))
    np.testing.assert_allclose(ours, layer(x), atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["GRU", "GRU of old", "SimpleRNN", "Bidirectional"])
def test_signals_of_recurrent_layers_conserve_relevance(name):
    network, x = without_biases(sequential(recurrent(name))), networks.sequences(3, LENGTH)
    found = ask(network, x, gates="refuse" if name == "SimpleRNN" else "signal", epsilon=1e-7)
    assert np.abs(found.values).min() > 1e-3 and bool(found.fallbacks) == (name != "SimpleRNN")
    np.testing.assert_allclose(found.contributions.sum(axis=1), found.values, rtol=2e-3)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def lstm_by_hand(x, network, gates, epsilon):
    """x times the multipliers of the last state of an LSTM, step by step in float64."""
    kernel, back, bias, w, _ = (np.float64(weight) for weight in network.weights)
    hidden = memory = np.zeros(len(back))
    steps = []
    for base in x:
        z = np.split(base @ kernel + hidden @ back + bias, 4)
        before = memory
        memory = sigmoid(z[1]) * memory + sigmoid(z[0]) * np.tanh(z[2])
        hidden = sigmoid(z[3]) * np.tanh(memory)
        steps.append((z, before, memory))

    def over(value, z):
        return value / (z + epsilon * np.where(z >= 0, 1, -1))

    to_hidden, to_memory, found = w[:, 0], 0, np.zeros(len(x))
    for place, (z, before, memory) in reversed(list(enumerate(steps))):
        enter, forget, leave = (sigmoid(z[i]) for i in (0, 1, 3))
        to_memory = to_memory + to_hidden * leave * over(np.tanh(memory), memory)
        to_z = np.zeros((4, len(back)))
        to_z[2] = to_memory * enter * over(np.tanh(z[2]), z[2])
        if gates == "deepexplain":
            to_z[0] = to_memory * np.tanh(z[2]) * over(enter, z[0])
            to_z[1] = to_memory * before * over(forget, z[1])
            to_z[3] = to_hidden * np.tanh(memory) * over(leave, z[3])
        found[place] = x[place] @ kernel @ to_z.ravel()
        to_hidden, to_memory = back @ to_z.ravel(), to_memory * forget
    return found


@pytest.mark.slow
@pytest.mark.parametrize("gates", ["signal", "deepexplain"])
def test_lstm_by_hand(gates):
    network, x = sequential(layers.LSTM(5, name="memory")), networks.sequences(4, LENGTH)
    found = ask(network, x, gates=gates, epsilon=0.02)
    assert found.fallbacks == (f"memory (gates by {gates})",)
    expected = [lstm_by_hand(np.float64(row), network, gates, 0.02) for row in x]
    np.testing.assert_allclose(found.contributions, expected, rtol=1e-4, atol=2e-6)


def gated_product(reshape):
    """gate x signal, the gate perhaps one for all positions (squeeze and excite)."""
    inputs = keras.Input((LENGTH, 4))
    gate = layers.GlobalAveragePooling1D()(inputs) if reshape else inputs
    gate = layers.Dense(5, activation="sigmoid")(gate)
    gate = layers.Reshape((1, 5))(gate) if reshape else gate
    x = layers.Multiply()([layers.Dense(5, use_bias=False)(inputs), gate])
    outputs = layers.Dense(1)(layers.GlobalAveragePooling1D()(x))
    return networks.randomised(keras.Model(inputs, outputs))


@pytest.mark.parametrize("gates", ["signal", "deepexplain"])
def test_products_by_hand(gates):
    network, x = gated_product(False), networks.sequences(3, LENGTH)
    found = ask(network, x, gates=gates, epsilon=0.01)
    named = {len(layer.weights): layer for layer in network.layers[:-1] if layer.weights}
    (ws,), (wg, bg) = ([np.float64(w) for w in named[count].weights] for count in (1, 2))
    w = np.float64(network.layers[-1].kernel)
    z = x @ wg + bg
    gate, signal = sigmoid(z), x @ ws
    slope = (gate * w[:, 0]) @ ws.T
    if gates == "deepexplain":
        slope = slope + (signal * w[:, 0] * gate / (z + 0.01 * np.where(z >= 0, 1, -1))) @ wg.T
    expected = (slope * x).sum(axis=-1) / LENGTH
    np.testing.assert_allclose(found.contributions, expected, rtol=1e-4, atol=1e-5)


def test_a_gate_keeps_its_name_through_a_reshape():
    found = ask(network := gated_product(True), networks.sequences(3, LENGTH), gates="signal")
    assert [name.split(" ", 1)[1] for name in found.fallbacks] == ["(gates by signal)"]
    bias = np.float64(network.weights[-1][0])
    np.testing.assert_allclose(found.contributions.sum(axis=1), found.values - bias, rtol=1e-4)


@pytest.mark.parametrize(
    "make,options,message",
    [
        (lambda: gated_product(False), {}, r'(?s)multiply.*share.*gates="signal".*deepexplain'),
        (lambda: sequential(layers.LSTM(3, name="memory")), {}, r"(?s)memory.*LSTM.*share"),
        (lambda: sequential(keras.ops.exp), {}, r"(?s)no rule.*Exp"),
        (lambda: sequential(layers.Dense(3, activation=tf.abs)), {}, "(?s)no rule.*Dense"),
        (
            lambda: sequential(lambda x: layers.Multiply(name="both")([x, layers.Dense(4)(x)])),
            {"gates": "signal"},
            r"(?s)2 inputs of layer 'both'.*one signal",
        ),
        (residual, {"epsilon": 0}, "(?s)epsilon.*above 0"),
        (residual, {"gates": "both"}, "(?s)gates.*refuse, signal, deepexplain"),
    ],
)
def test_what_is_refused(make, options, message):
    with pytest.raises(BadInput, match=message):
        ask(make(), networks.sequences(1, LENGTH), **options)
