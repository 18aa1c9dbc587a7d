"""Products, softmax and normalisation against float64 by hand and exact Shapley values."""

import keras
import networks
import numpy as np
import pytest
from keras import layers, ops
from test_deeplift import assert_complete, deeplift, others, shapley

pytestmark = pytest.mark.usefixtures("uncompiled")
LENGTH = 6


def head(x):
    """A weighted sum of all entries."""
    return layers.Dense(1, use_bias=False, name="head")(layers.Flatten()(x))


def made(build):
    """Input -> the two tensors of two convolutions of width 1 -> ``build`` -> head."""
    inputs = keras.Input((LENGTH, 4))
    sides = [layers.Conv1D(5, 1, name=name)(inputs) for name in "ab"]
    return networks.randomised(keras.Model(inputs, head(build(*sides))))


def at(network, name, x):
    """Float64 values of convolution ``name``, its kernel (4, 5)."""
    kernel, bias = (np.float64(weight) for weight in network.get_layer(name).get_weights())
    return x @ kernel[0] + bias, kernel[0]


def weights_of_head(network, *shape):
    return np.float64(network.get_layer("head").get_weights()[0]).reshape(shape)


def gate_by_hand(network, x, ref):
    """Multipliers of head(a b): each factor with the mean of the other's two values."""
    (a, ka), (b, kb) = at(network, "a", x), at(network, "b", x)
    (a0, _), (b0, _) = at(network, "a", ref), at(network, "b", ref)
    w = weights_of_head(network, LENGTH, 5)
    return (w * (b + b0) / 2) @ ka.T + (w * (a + a0) / 2) @ kb.T


@pytest.mark.parametrize("build", [lambda a, b: layers.Multiply()([a, b]), lambda a, b: a * b])
def test_a_gate_by_hand(build):
    """As a layer and as an operation, which others take for its gradient."""
    network, x = made(build), networks.sequences(4, LENGTH)
    references = others(x, 1)
    result = deeplift(network, x, references=references)
    for row, (one, ref) in enumerate(zip(x, references[:, 0], strict=True)):
        m = gate_by_hand(network, np.float64(one), np.float64(ref))
        np.testing.assert_allclose(result.contributions[row], (m * (one - ref)).sum(1), atol=2e-6)
        hypothetical = m - (m * ref).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(result.hypothetical[row], hypothetical, atol=2e-6)
    assert_complete(result)


@pytest.mark.parametrize("distance", [1e-3, 1e-5, 1e-7])
def test_a_gate_has_no_noise_where_input_and_reference_nearly_agree(distance):
    """A rule that divides by the difference is off by 1e-4 here."""
    network, x = made(lambda a, b: a * b), networks.sequences(4, LENGTH)
    references = (x + distance * np.random.default_rng(0).normal(size=x.shape)).astype("float32")
    result = deeplift(network, x, references=references[:, None])
    for row, (one, ref) in enumerate(zip(np.float64(x), np.float64(references), strict=True)):
        m = gate_by_hand(network, one, ref)
        hypothetical = m - (m * ref).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(result.hypothetical[row], hypothetical, atol=2e-6)


@pytest.mark.slow
@pytest.mark.parametrize("factors", [2, 3, 4])
def test_shapley_values_of_a_product(factors):
    """Each factor sees a position of its own: positions are the players."""
    inputs = keras.Input((factors, 4))
    parts = [layers.Dense(3)(2.0 * inputs[:, place]) for place in range(factors)]
    network = networks.randomised(keras.Model(inputs, head(layers.Multiply()(parts))))
    x = networks.sequences(3, factors)
    references = np.random.default_rng(2).dirichlet(np.ones(4), (3, 1, factors)).astype("float32")
    result = deeplift(network, x, references=references)
    for row in range(3):

        def value(group, row=row):
            kept = np.isin(np.arange(factors), list(group))[:, None]
            return float(network(np.where(kept, x[row], references[row, 0])[None])[0, 0])

        exact = shapley(value, factors)
        np.testing.assert_allclose(result.contributions[row], exact, atol=5e-6)
        assert np.abs(exact).max() > 1e-2


def softmax_by_hand(z, z0, weights):
    """Multipliers of weights . softmax(z), by exp, sum, log and exp, as plain quotients."""
    total, total0 = np.exp(z).sum(0), np.exp(z0).sum(0)
    share = (np.exp(z) - np.exp(z0)) / (z - z0)
    share *= (np.log(total) - np.log(total0)) / (total - total0)
    logs, logs0 = z - np.log(total), z0 - np.log(total0)
    outer = weights * (np.exp(logs) - np.exp(logs0)) / (logs - logs0)
    return outer - share * outer.sum(0)


def test_softmax_over_positions_by_hand():
    network = made(lambda a, b: layers.Softmax(axis=1)(a))
    x = networks.sequences(4, LENGTH)
    references = np.full((4, 1, LENGTH, 4), 0.25, np.float32)
    result = deeplift(network, x, references=references)
    for row, one in enumerate(np.float64(x)):
        (z, kernel), (z0, _) = at(network, "a", one), at(network, "a", np.full((LENGTH, 4), 0.25))
        m = softmax_by_hand(z, z0, weights_of_head(network, LENGTH, 5)) @ kernel.T
        expected = (m * (one - 0.25)).sum(axis=1)
        np.testing.assert_allclose(result.contributions[row], expected, atol=2e-6)


@pytest.mark.parametrize("shift", [0, 5, 50, 500])
def test_softmax_of_logits_far_apart(shift):
    """All logits of the input lie ``shift`` above those of the reference."""
    inputs = keras.Input((LENGTH, 4))
    logits = layers.Conv1D(5, 1)(inputs) + shift * ops.mean(inputs, axis=(1, 2), keepdims=True)
    network = networks.randomised(keras.Model(inputs, head(ops.softmax(logits, axis=-1))))
    result = deeplift(network, 4 * networks.sequences(4, LENGTH), references="zeros")
    assert np.isfinite(result.hypothetical).all()
    bound = 1e-6 * (1 + shift)
    np.testing.assert_allclose(result.completeness_error, 0, atol=bound)


def layer_norm_by_hand(c, c0, weights, epsilon):
    """Multipliers of weights . c / s, s = sqrt(mean(c^2) + epsilon), to the centred c."""
    s, s0 = (np.sqrt((v**2).mean(1, keepdims=True) + epsilon) for v in (c, c0))
    y, y0 = c / s, c0 / s0
    to_s = -(weights * (y + y0)).sum(axis=1, keepdims=True) / (s + s0)
    square = (c**2 - c0**2) / (c - c0) / c.shape[1]
    return 2 * weights / (s + s0) + to_s / (s + s0) * square


def test_layer_normalization_by_hand():
    network = made(lambda a, b: layers.LayerNormalization(name="norm")(a))
    x = networks.sequences(4, LENGTH)
    references = others(x, 1)
    result = deeplift(network, x, references=references)
    gamma, _ = map(np.float64, network.get_layer("norm").get_weights())
    weights = weights_of_head(network, LENGTH, 5) * gamma
    for row, (one, ref) in enumerate(
        zip(np.float64(x), np.float64(references[:, 0]), strict=True)
    ):
        (z, kernel), (z0, _) = at(network, "a", one), at(network, "a", ref)
        apart = (one != ref).any(axis=1)
        c, c0 = (v - v.mean(axis=1, keepdims=True) for v in (z[apart], z0[apart]))
        m = layer_norm_by_hand(c, c0, weights[apart], 1e-3)
        m = (m - m.mean(axis=1, keepdims=True)) @ kernel.T
        expected = np.zeros(LENGTH)
        expected[apart] = (m * (one - ref)[apart]).sum(axis=1)
        np.testing.assert_allclose(result.contributions[row], expected, atol=5e-6)
    assert_complete(result)


@pytest.mark.parametrize("kind", [layers.UnitNormalization, layers.RMSNormalization])
def test_normalisation_of_nothing(kind):
    """At a reference without any activation the scale is 0."""
    inputs = keras.Input((LENGTH, 4))
    hidden = layers.Conv1D(5, 1, use_bias=False)(inputs)
    network = networks.randomised(keras.Model(inputs, head(kind()(hidden))))
    result = deeplift(network, networks.sequences(4, LENGTH), references="zeros")
    assert_complete(result)
    assert np.abs(result.hypothetical).max() < 10


def test_an_operation_is_what_its_layer_is():
    def network(relu, maximum):
        inputs = keras.Input((12, 4))
        x = layers.MaxPooling1D(3)(relu(layers.Conv1D(4, 3)(inputs)))
        return networks.randomised(keras.Model(inputs, head(maximum(x, layers.Dense(4)(x)))))

    one = network(layers.ReLU(), lambda a, b: layers.Maximum()([a, b]))
    other = network(ops.relu, ops.maximum)
    x = networks.sequences(3, 12)
    found = [deeplift(net, x, references=others(x)).contributions for net in (one, other)]
    np.testing.assert_array_equal(*found)
