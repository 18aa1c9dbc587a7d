"""LSTM and GRU against multipliers in float64 that are carried forward in time.

They go from the inputs to each unit, step by step, by the layers' definitions; the rules carry
theirs backwards from the target.
"""

import networks
import numpy as np
import pytest
from keras import layers
from test_deeplift import deeplift, others

STEPS, UNITS = 12, 5


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def slope(f, v):
    a, b = v
    apart = np.abs(a - b) > 1e-6
    derivative = (f(a + 1e-5) - f(a - 1e-5)) / 2e-5
    return np.where(apart, (f(a) - f(b)) / np.where(apart, a - b, 1), derivative)[:, None, None]


def mean(v):
    return v.mean(axis=0)[:, None, None]


def lstm_by_hand(weights, sides):
    """Multipliers (steps, units, steps, 4) of the outputs of an LSTM."""
    kernel, recurrent, bias = weights
    h = c = np.zeros((2, UNITS))
    to_h = to_c = np.zeros((UNITS, STEPS, 4))
    found = []
    for t in range(STEPS):
        to_z = np.tensordot(recurrent.T, to_h, 1)
        to_z[:, t] += kernel.T
        i, f, g, o = np.split(sides[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        to_i, to_f, to_g, to_o = np.split(to_z, 4)
        to_c = mean(sigmoid(f)) * to_c + mean(c) * slope(sigmoid, f) * to_f
        to_c = to_c + mean(np.tanh(g)) * slope(sigmoid, i) * to_i
        to_c = to_c + mean(sigmoid(i)) * slope(np.tanh, g) * to_g
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        to_h = mean(np.tanh(c)) * slope(sigmoid, o) * to_o
        to_h = to_h + mean(sigmoid(o)) * slope(np.tanh, c) * to_c
        h = sigmoid(o) * np.tanh(c)
        found.append(to_h)
    return np.array(found)


def gru_by_hand(weights, sides, reset_after):
    """The same of a GRU."""
    kernel, recurrent, bias = weights
    to_inputs, to_last = bias if reset_after else (bias, np.zeros(3 * UNITS))
    h, to_h, found = np.zeros((2, UNITS)), np.zeros((UNITS, STEPS, 4)), []
    for t in range(STEPS):
        x_z, x_r, x_g = np.split(sides[:, t] @ kernel + to_inputs, 3, axis=1)
        to_z, to_r, to_g = np.zeros((3, UNITS, STEPS, 4))
        to_z[:, t], to_r[:, t], to_g[:, t] = np.split(kernel.T, 3)
        u_z, u_r, u_g = np.split(recurrent, 3, axis=1)
        b_z, b_r, b_g = np.split(to_last, 3)
        z, r = x_z + h @ u_z + b_z, x_r + h @ u_r + b_r
        to_z, to_r = (v + np.tensordot(u.T, to_h, 1) for v, u in ((to_z, u_z), (to_r, u_r)))
        kept = h @ u_g + b_g if reset_after else h
        to_kept = np.tensordot(u_g.T, to_h, 1) if reset_after else to_h
        to_reset = mean(sigmoid(r)) * to_kept + mean(kept) * slope(sigmoid, r) * to_r
        reset = sigmoid(r) * kept
        g = x_g + (reset if reset_after else reset @ u_g)
        to_g = to_g + (to_reset if reset_after else np.tensordot(u_g.T, to_reset, 1))
        to_h = mean(sigmoid(z)) * to_h + mean(h - np.tanh(g)) * slope(sigmoid, z) * to_z
        to_h = to_h + mean(1 - sigmoid(z)) * slope(np.tanh, g) * to_g
        h = sigmoid(z) * h + (1 - sigmoid(z)) * np.tanh(g)
        found.append(to_h)
    return np.array(found)


def by_hand(kind, layer, sides):
    weights = [np.float64(w) for w in layer.get_weights()]
    if kind == "lstm":
        return lstm_by_hand(weights, sides)
    return gru_by_hand(weights, sides, layer.reset_after)


def assert_is_by_hand(kind, layer):
    network = networks.around(layer)
    x = networks.sequences(3, STEPS)
    references = others(x, 2)
    found = deeplift(network, x, references=references)
    head = np.float64(network.layers[-1].get_weights()[0]).reshape(STEPS, UNITS)
    order = slice(None, None, -1 if layer.go_backwards else 1)
    for row in range(3):
        contributions, hypothetical = [], []
        for reference in references[row]:
            sides = np.float64([x[row, order], reference[order]])
            m = np.tensordot(head, by_hand(kind, layer, sides), 2)[order]
            contributions.append((m * (x[row] - reference)).sum(axis=1))
            hypothetical.append(m - (m * reference).sum(axis=1, keepdims=True))
        np.testing.assert_allclose(found.contributions[row], np.mean(contributions, 0), atol=1e-5)
        np.testing.assert_allclose(found.hypothetical[row], np.mean(hypothetical, 0), atol=1e-5)
    assert np.abs(found.contributions).max() > 0.1


@pytest.mark.parametrize("backwards", [False, True])
def test_lstm_by_hand(backwards):
    assert_is_by_hand("lstm", layers.LSTM(UNITS, return_sequences=True, go_backwards=backwards))


@pytest.mark.parametrize("reset_after", [False, True])
def test_gru_by_hand(reset_after):
    assert_is_by_hand("gru", layers.GRU(UNITS, return_sequences=True, reset_after=reset_after))
