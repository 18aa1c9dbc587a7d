"""DeepLIFT against closed forms, float64 calculations in plain numpy, and enumeration."""

import math
from itertools import combinations

import keras
import networks
import numpy as np
import pytest
from keras import layers

from chromolens.attribution import front
from chromolens.errors import BadInput
from chromolens.models.model import Model


def deeplift(network, inputs, **options):
    options = {"batch_size": 8, **options}
    return front.attribute(network, inputs, method="deeplift_rescale", **options)


def others(inputs, count=2):
    made = [networks.sequences(len(inputs), inputs.shape[1], 50 + seed) for seed in range(count)]
    return np.stack(made, axis=1)


def assert_complete(result):
    effect = np.abs(result.values - result.reference_values)
    bound = np.maximum(1e-4 * effect, 1e-5 * np.ptp(result.values))
    assert effect.max() > 1e-3
    assert (np.abs(result.completeness_error) <= bound).all(), result.completeness_error


def dense_by_hand(network, x, reference):
    """Multipliers of dense - tanh - dense - relu - dense, in float64."""
    (w1, b1), (w2, b2), (w3, _) = [
        [np.float64(w) for w in layer.get_weights()] for layer in network.layers if layer.weights
    ]
    zx, zr = x.ravel() @ w1 + b1, reference.ravel() @ w1 + b1
    hx, hr = np.tanh(zx), np.tanh(zr)
    ux, ur = hx @ w2 + b2, hr @ w2 + b2
    at_relu = (np.maximum(ux, 0) - np.maximum(ur, 0)) / (ux - ur)
    return (w1 @ ((hx - hr) / (zx - zr) * (w2 @ (at_relu * w3[:, 0])))).reshape(x.shape)


def test_two_hidden_layers_by_hand():
    inputs = keras.Input((12, 4))
    x = layers.Dense(9, activation="tanh")(layers.Flatten()(inputs))
    x = layers.Dense(7, activation="relu")(x)
    network = networks.randomised(keras.Model(inputs, layers.Dense(1)(x)))
    x, references = networks.sequences(4, 12), others(networks.sequences(4, 12), 3)
    result = deeplift(network, x, references=references)
    for row in range(4):
        by_hand = [dense_by_hand(network, x[row], ref) for ref in np.float64(references[row])]
        pairs = list(zip(by_hand, references[row], strict=True))
        contributions = np.mean([(m * (x[row] - ref)).sum(axis=1) for m, ref in pairs], axis=0)
        hypothetical = np.mean([m - (m * ref).sum(1, keepdims=True) for m, ref in pairs], axis=0)
        np.testing.assert_allclose(result.contributions[row], contributions, atol=2e-6)
        np.testing.assert_allclose(result.hypothetical[row], hypothetical, atol=2e-6)


def conv_by_hand(network, x, reference):
    """Contributions of conv - relu - max pool 3 - dense, loop by loop, in float64."""
    (kernel, bias), (weights, _) = [
        [np.float64(w) for w in layer.get_weights()] for layer in network.layers if layer.weights
    ]
    width, filters = len(kernel), kernel.shape[2]
    length = len(x) - width + 1
    z = [
        np.array([np.tensordot(s[i : i + width], kernel, 2) + bias for i in range(length)])
        for s in (x, reference)
    ]
    a = [np.maximum(values, 0) for values in z]
    m = np.zeros(x.shape)
    for pool in range(length // 3):
        for f in range(filters):
            here = slice(3 * pool, 3 * pool + 3)
            larger = a[0] if a[0][here, f].max() >= a[1][here, f].max() else a[1]
            at = 3 * pool + int(np.argmax(larger[here, f]))
            change = a[0][here, f].max() - a[1][here, f].max()
            if change:
                share = weights[pool * filters + f, 0] * change / (z[0][at, f] - z[1][at, f])
                m[at : at + width] += share * kernel[:, :, f]
    return (m * (x - reference)).sum(axis=1)


@pytest.mark.parametrize("kind", ["uniform", "sequences"])
def test_adjacent_relu_and_max_pooling_by_hand(kind):
    inputs = keras.Input((20, 4))
    x = layers.MaxPooling1D(3)(layers.ReLU()(layers.Conv1D(4, 5)(inputs)))
    network = networks.randomised(keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x))))
    x = networks.sequences(5, 20)
    own = np.full((5, 1, 20, 4), 0.25, np.float32) if kind == "uniform" else others(x, 1)
    result = deeplift(network, x, references="uniform" if kind == "uniform" else own)
    expected = [conv_by_hand(network, np.float64(x[i]), np.float64(own[i, 0])) for i in range(5)]
    np.testing.assert_allclose(result.contributions, expected, atol=2e-6)
    assert_complete(result)


@pytest.mark.slow
@pytest.mark.parametrize("make", [networks.overlapping, networks.sequential])
@pytest.mark.parametrize("kind", ["background", "zeros", "sequences"])
def test_every_kind_of_layer_completes(make, kind):
    model = Model.of(make())
    x = networks.sequences(6, model.length)
    result = deeplift(model, x, references=others(x) if kind == "sequences" else kind)
    assert_complete(result)


@pytest.mark.slow
@pytest.mark.parametrize(
    "layer",
    [
        layers.PReLU(shared_axes=[1]),
        layers.ELU(),
        layers.LeakyReLU(),
        layers.ReLU(max_value=0.5),
        layers.Activation("hard_sigmoid"),
    ],
)
@pytest.mark.parametrize("kind", ["background", "sequences"])
def test_nonlinearities_with_kinks_complete(layer, kind):
    inputs = keras.Input((14, 4))
    x = layers.Flatten()(type(layer).from_config(layer.get_config())(layers.Conv1D(4, 3)(inputs)))
    network = networks.randomised(keras.Model(inputs, layers.Dense(1)(x)))
    x = networks.sequences(5, 14)
    assert_complete(deeplift(network, x, references=others(x) if kind == "sequences" else kind))


@pytest.mark.slow
def test_shared_and_own_reference_agree():
    model = Model.of(networks.basset())
    x = networks.sequences(3, 60)
    own = deeplift(model, x, references=np.full((3, 1, 60, 4), 0.25, np.float32))
    shared = deeplift(model, x, references="uniform")
    np.testing.assert_allclose(own.hypothetical, shared.hypothetical, atol=2e-6)


def test_profile_target_completes_with_the_weights_of_the_input():
    network = networks.profile()
    x = networks.sequences(4, 40)
    for references in ("uniform", others(x, 3)):
        result = deeplift(network, x, references=references)
        assert_complete(result)
    logits = network(x)[0].numpy().astype(float)
    weights = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    base = network(np.full_like(x, 0.25))[0].numpy().astype(float)
    result = deeplift(network, x, references="uniform")
    for values, found in ((logits, result.values), (base, result.reference_values)):
        centred = values - values.mean(axis=1, keepdims=True)
        expected = (weights * centred).sum(axis=1).mean(axis=1)
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_output_target_through_a_sigmoid():
    model = Model.of(networks.cnn())
    x = networks.sequences(4, 40)
    result = deeplift(model, x, target="output", references="zeros")
    np.testing.assert_allclose(result.values, model.network(x).numpy()[:, 0], atol=1e-6)
    assert_complete(result)


def shapley(value, players):
    """Exact Shapley values of ``value`` (a function of a set), by enumeration."""
    found = np.zeros(players)
    for player in range(players):
        rest = [other for other in range(players) if other != player]
        for size in range(players):
            weight = math.factorial(size) * math.factorial(players - size - 1)
            for group in combinations(rest, size):
                gain = value({*group, player}) - value(set(group))
                found[player] += weight / math.factorial(players) * gain
    return found


def test_shapley_where_positions_do_not_interact():
    inputs = keras.Input((5, 4))
    x = layers.Conv1D(6, 1, activation="softplus")(inputs)
    x = layers.GlobalAveragePooling1D()(x)
    network = networks.randomised(keras.Model(inputs, layers.Dense(1)(x)))
    x = networks.sequences(2, 5)
    references = others(x, 1)
    result = deeplift(network, x, references=references)
    for row in range(2):

        def value(group, row=row):
            kept = np.isin(np.arange(5), list(group))[:, None]
            return float(network(np.where(kept, x[row], references[row, 0])[None])[0, 0])

        np.testing.assert_allclose(result.contributions[row], shapley(value, 5), atol=1e-5)


def test_max_pooling_of_one_change_is_its_shapley_value():
    """Where one position alone differs from the reference, the whole effect is its own."""
    inputs = keras.Input((9, 4))
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(3, 1)(inputs))
    network = networks.randomised(keras.Model(inputs, layers.Dense(1)(x)))
    x = networks.sequences(6, 9)
    references = x[:, None].copy()
    references[:, 0, 4] = np.roll(references[:, 0, 4], 1, axis=-1)
    result = deeplift(network, x, references=references)
    expected = np.zeros((6, 9))
    expected[:, 4] = result.values - result.reference_values
    np.testing.assert_allclose(result.contributions, expected, atol=1e-6)
    assert np.abs(expected).max() > 1e-2


def test_a_layer_without_a_rule_is_refused_by_name():
    inputs = keras.Input((10, 4))

    class Squared(layers.Layer):
        def call(self, inputs):
            return inputs**2

    network = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(Squared(name="mine")(inputs))))
    with pytest.raises(BadInput, match=r"(?s)mine.*Squared.*Conv1D.*integrated_gradients"):
        deeplift(network, networks.sequences(2, 10))


def test_a_subclass_of_a_known_layer_is_not_taken_for_it():
    class Squared(layers.Dense):
        def call(self, inputs):
            return super().call(inputs) ** 2

    inputs = keras.Input((10, 4))
    network = keras.Model(inputs, Squared(1)(layers.Flatten()(inputs)))
    with pytest.raises(BadInput, match="Squared"):
        deeplift(network, networks.sequences(2, 10))


@pytest.mark.parametrize("kind", ["background", "sequences", "original"])
def test_profile_weights_of_both_sides_by_hand(kind):
    """A linear profile in float64: the weights are the mean softmax of input and reference."""
    network = strided_profile()
    x = networks.sequences(3, 30)
    r = networks.sequences(6, 30, seed=4).reshape(3, 2, 30, 4)
    if kind == "background":
        r = np.broadcast_to(np.float32([0.3, 0.2, 0.2, 0.3]), (1, 1, 30, 4))
    result = front.attribute(
        Model.of(network),
        x,
        method="deeplift_rescale",
        references=np.array(r, np.float32),
        profile_weights="both",
        pool="original" if kind == "original" else "cross_max",
    )
    kernel, bias = (array.astype(np.float64) for array in network.get_weights())
    slopes = np.zeros((12, 30, 4))  # of each logit
    for place in range(12):
        slopes[place, 2 * place : 2 * place + 7] = kernel[..., 0]
    centred = slopes - slopes.mean(axis=0)
    expected, values = np.zeros((3, 30)), np.zeros(3)
    for row in range(3):
        pairs = r[row] if len(r) > 1 else r[0]
        for reference in pairs:
            logits = [(slopes * one).sum(axis=(1, 2)) + bias for one in (x[row], reference)]
            weights = sum(np.exp(z) / np.exp(z).sum() for z in logits) / 2
            slope = (weights[:, None, None] * centred).sum(axis=0)
            expected[row] += (slope * (x[row] - reference)).sum(axis=1) / len(pairs)
            values[row] += weights @ (logits[0] - logits[0].mean()) / len(pairs)
    np.testing.assert_allclose(result.contributions, expected, atol=1e-5 * np.abs(expected).max())
    np.testing.assert_allclose(result.values, values, rtol=1e-4, atol=1e-5)
    assert np.abs(result.completeness_error).max() < 1e-5


def strided_profile() -> keras.Model:
    """Twelve logits, each of 7 of 30 bases."""
    start = keras.Input((30, 4))
    shape = keras.layers.Conv1D(1, 7, strides=2, name="profile")(start)
    return networks.randomised(keras.Model(start, shape))


def test_profile_weights_that_are_none():
    with pytest.raises(BadInput, match="(?s)profile_weights 'mean'.*input, both"):
        front.attribute(
            Model.of(strided_profile()),
            networks.sequences(1, 30),
            method="deeplift_rescale",
            profile_weights="mean",
        )
