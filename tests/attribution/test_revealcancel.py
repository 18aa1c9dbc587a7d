"""RevealCancel and the genomics default against closed forms and plain numpy in float64."""

import keras
import networks
import numpy as np
import pytest
from keras import layers

from chromolens.attribution import front
from chromolens.models.model import Model

METHODS = ("deeplift_revealcancel", "deeplift_genomics")


def ask(network, inputs, method="deeplift_revealcancel", **options):
    return front.attribute(network, inputs, method=method, batch_size=8, **options)


def two_inputs(first, second):
    """Inputs (n, 2, 1) and zeros as references."""
    inputs = np.stack([first, second], axis=1)[..., None].astype(np.float32)
    return inputs, np.zeros_like(inputs)[:, None]


def minimum() -> keras.Model:
    """min(a, b) = a - relu(a - b)."""
    inputs = keras.Input((2, 1))
    x = layers.Flatten()(inputs)
    difference = layers.Dense(1, activation="relu", use_bias=False)
    head = layers.Dense(1, use_bias=False)
    outputs = head(layers.Concatenate()([x, difference(x)]))
    network = keras.Model(inputs, outputs)
    difference.set_weights([np.array([[1.0], [-1.0]])])
    head.set_weights([np.array([[1.0], [0.0], [-1.0]])])
    return network


@pytest.mark.parametrize("method", METHODS)
def test_both_inputs_of_a_minimum_count_alike(method):
    """The paper's example: Rescale gives all to one of them, RevealCancel half to each."""
    first, second = np.random.default_rng(0).uniform(0.1, 2, (2, 9))
    inputs, zeros = two_inputs(first, second)
    result = ask(minimum(), inputs, method, references=zeros)
    half = np.minimum(first, second)[:, None] / 2
    np.testing.assert_allclose(result.contributions, np.hstack([half, half]), atol=1e-6)
    rescale = ask(minimum(), inputs, "deeplift_rescale", references=zeros).contributions
    expected = np.zeros((9, 2))
    expected[np.arange(9), np.where(first < second, 0, 1)] = np.minimum(first, second)
    np.testing.assert_allclose(rescale, expected, atol=1e-6)


@pytest.mark.parametrize("bias,expected", [(-1, 0.5), (0, 1)])
def test_and_and_sum(bias, expected):
    """relu(a + b + bias) at a = b = 1."""
    inputs = keras.Input((2, 1))
    dense = layers.Dense(1, activation="relu")
    network = keras.Model(inputs, dense(layers.Flatten()(inputs)))
    dense.set_weights([np.ones((2, 1)), np.array([float(bias)])])
    x, zeros = two_inputs(np.ones(1), np.ones(1))
    contributions = ask(network, x, references=zeros).contributions
    np.testing.assert_allclose(contributions, [[expected, expected]], atol=1e-6)


def test_where_a_part_is_zero_its_multiplier_is_the_limit():
    """tanh(w . x) where nothing is negative: a base of negative weight would meet the limit."""
    inputs = keras.Input((1, 4))
    dense = layers.Dense(1, activation="tanh")
    network = keras.Model(inputs, dense(layers.Flatten()(inputs)))
    dense.set_weights([np.array([[0.7], [0.0], [-0.5], [0.0]]), np.array([0.2])])
    x, references = np.eye(4, dtype=np.float32)[[[0]]], np.eye(4, dtype=np.float32)[[[[1]]]]
    found = ask(network, x, references=references).hypothetical[0, 0]
    slope = (2 - np.tanh(0.2) ** 2 - np.tanh(0.9) ** 2) / 2
    expected = [np.tanh(0.9) - np.tanh(0.2), 0, -0.5 * slope, 0]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def matrix_of(layer, length):
    """A valid Conv1D as a matrix (length x channels, positions x filters), and its biases."""
    kernel, bias = (np.float64(weight) for weight in layer.get_weights())
    width, channels, filters = kernel.shape
    positions = length - width + 1
    matrix = np.zeros((length, channels, positions, filters))
    for position in range(positions):
        matrix[position : position + width, :, position] = kernel
    return matrix.reshape(length * channels, -1), np.tile(bias, positions)


def parts(weights, change):
    """Sums of the positive and of the negative products, one by one."""
    products = weights * change[:, None]
    return np.maximum(products, 0).sum(axis=0), np.minimum(products, 0).sum(axis=0)


def relu(x):
    return np.maximum(x, 0)


def ratio(change, part, limit):
    return np.where(np.abs(part) > 1e-9, change / np.where(part == 0, 1, part), limit)


def revealed(f, slope, start, up, down):
    """Multipliers of the two parts, the paper's equation 3.5.3."""
    both = f(start + up + down)
    rise = (f(start + up) - f(start) + both - f(start + down)) / 2
    fall = (f(start + down) - f(start) + both - f(start + up)) / 2
    limits = [(slope(start) + slope(start + part)) / 2 for part in (down, up)]
    return ratio(rise, up, limits[0]), ratio(fall, down, limits[1])


def rescaled(f, slope, start, up, down):
    one = ratio(f(start + up + down) - f(start), up + down, slope(start))
    return one, one


def by_hand(steps, head, x, reference):
    """Multipliers of the inputs for positive and for negative changes, (inputs,) each."""
    seen, now, past = [], x, reference
    for weights, bias, rule, f, slope in steps:
        change, start = now - past, past @ weights + bias
        seen.append((weights, change, rule(f, slope, start, *parts(weights, change))))
        now, past = f(now @ weights + bias), f(start)
    signal = head
    for weights, change, (up, down) in reversed(seen):
        plus, minus = np.maximum(weights, 0), np.minimum(weights, 0)
        positive = plus @ (up * signal) + minus @ (down * signal)
        negative = minus @ (up * signal) + plus @ (down * signal)
        signal = np.select(
            [change > 0, change < 0], [positive, negative], (positive + negative) / 2
        )
    return positive, negative


def towards(target, reference, positive, negative):
    """Contributions (length,) of going from the reference to ``target``."""
    change = (target - reference).ravel()
    multipliers = np.select([change > 0, change < 0], [positive, negative], 0)
    return (multipliers * change).reshape(reference.shape).sum(axis=-1)


def expected(steps, head, x, reference):
    """Contributions (length,) and hypothetical contributions (length, 4)."""
    found = by_hand(steps, head, x.ravel(), reference.ravel())
    bases = [np.broadcast_to(base, x.shape) for base in np.eye(4)]
    hypothetical = [towards(base, reference, *found) for base in bases]
    return towards(x, reference, *found), np.stack(hypothetical, axis=-1)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["zeros", "background", "sequences"])
def test_convolution_and_dense_layers_by_hand(method, kind):
    inputs = keras.Input((12, 4))
    conv = layers.Conv1D(5, 4, activation="relu")
    normal, dense = layers.BatchNormalization(), layers.Dense(9, activation="tanh")
    first = layers.ReLU()(normal(layers.Dense(8, name="first")(layers.Flatten()(conv(inputs)))))
    head = layers.Dense(1)
    network = networks.randomised(keras.Model(inputs, head(dense(first))))
    (kernel, bias), (last, _) = (
        [np.float64(w) for w in network.get_layer(one).get_weights()]
        for one in ("first", head.name)
    )
    gamma, beta, mean, variance = (np.float64(w) for w in normal.get_weights())
    assert (gamma < 0).any()
    scale = gamma / np.sqrt(variance + normal.epsilon)

    def step(x):
        return (x > 0).astype(float)

    def bell(x):
        return 1 - np.tanh(x) ** 2

    in_convolution = rescaled if method == "deeplift_genomics" else revealed
    steps = [
        (*matrix_of(conv, 12), in_convolution, relu, step),
        (kernel * scale, (bias - mean) * scale + beta, revealed, relu, step),
        (*map(np.float64, dense.get_weights()), revealed, np.tanh, bell),
    ]
    x = networks.sequences(5, 12)
    row = {"zeros": [0] * 4, "background": [0.3, 0.2, 0.2, 0.3]}.get(kind)
    references = np.float32(np.tile(row, (5, 12, 1))) if row else networks.sequences(5, 12, 7)
    result = ask(network, x, method, references=references[:, None])
    for i in range(5):
        wanted = expected(steps, last[:, 0], np.float64(x[i]), np.float64(references[i]))
        for found, one in zip((result.contributions, result.hypothetical), wanted, strict=True):
            np.testing.assert_allclose(found[i], one, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_shared_and_own_reference_agree(method):
    inputs = keras.Input((20, 4))
    x = layers.Conv1D(5, 4, activation="relu")(layers.ZeroPadding1D(1)(inputs))
    x = layers.Dense(6, activation="relu")(layers.Flatten()(layers.MaxPooling1D(3)(x)))
    model = Model.of(networks.randomised(keras.Model(inputs, layers.Dense(1)(x))))
    x = networks.sequences(3, 20)
    own = ask(model, x, method, references=np.full((3, 1, 20, 4), 0.25, np.float32))
    shared = ask(model, x, method, references="uniform")
    np.testing.assert_allclose(own.contributions, shared.contributions, atol=1e-6)
    np.testing.assert_allclose(own.hypothetical, shared.hypothetical, atol=1e-6)
    observed = (shared.hypothetical * x).sum(axis=-1)
    np.testing.assert_allclose(observed, shared.contributions, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("make", [networks.overlapping, networks.profile])
def test_every_kind_of_layer_completes(method, make):
    model = Model.of(make())
    x = networks.sequences(4, model.length)
    references = np.stack([networks.sequences(4, model.length, seed) for seed in (7, 8)], axis=1)
    result = ask(model, x, method, references=references)
    effect = np.abs(result.values - result.reference_values)
    assert effect.max() > 1e-3
    assert (np.abs(result.completeness_error) <= np.maximum(1e-4 * effect, 1e-6)).all()


@pytest.mark.parametrize("make_sum", [layers.Add, layers.Subtract, layers.Average])
def test_parts_pass_through_branches(make_sum):
    """tanh of two branches that cancel: each branch is one player, as in the minimum."""
    inputs = keras.Input((2, 1))
    x = layers.Flatten()(inputs)
    one, other = (layers.Dense(1, use_bias=False, name=name) for name in ("one", "other"))
    network = keras.Model(inputs, layers.Activation("tanh")(make_sum()([one(x), other(x)])))
    one.set_weights([np.array([[1.5], [0.0]])])
    other.set_weights([np.array([[0.0], [-0.8]])])
    first, second = np.random.default_rng(1).uniform(0.1, 2, (2, 6))
    x, zeros = two_inputs(first, second)
    sign, factor = {"Subtract": (-1, 1), "Average": (1, 0.5)}.get(make_sum.__name__, (1, 1))
    a, b = factor * 1.5 * first, -0.8 * factor * sign * second
    pair = np.stack(
        [np.tanh(a) + np.tanh(a + b) - np.tanh(b), np.tanh(b) + np.tanh(a + b) - np.tanh(a)],
        axis=1,
    )
    if sign < 0:  # both parts are positive: one player
        pair = np.stack([a, b], axis=1) * (2 * np.tanh(a + b) / (a + b))[:, None]
    np.testing.assert_allclose(
        ask(network, x, references=zeros).contributions, pair / 2, atol=1e-6
    )
