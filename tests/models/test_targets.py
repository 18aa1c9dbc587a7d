"""Targets against their formulas in numpy."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.errors import BadInput
from chromolens.models.model import Model
from chromolens.models.targets import target_function, target_values


def sequences(count: int) -> np.ndarray:
    return np.eye(4, dtype=np.float32)[np.random.default_rng(0).integers(0, 4, (count, 12))]


@pytest.fixture(scope="module")
def classes():
    inputs = keras.Input((12, 4))
    x = layers.Dense(3, activation="softmax", name="kind")(layers.Flatten()(inputs))
    return Model.of(keras.Model(inputs, x))


@pytest.fixture(scope="module")
def profile():
    inputs = keras.Input((12, 4))
    x = layers.Conv1D(2, 5, padding="same", name="profile_reb1")(inputs)
    counts = layers.Dense(1, name="counts")(layers.Flatten()(x))
    return Model.of(keras.Model(inputs, [x, counts]))


def test_output_and_class_minus_mean(classes):
    x = sequences(5)
    logits, output = classes.logits(x).numpy(), classes.network(x).numpy()
    expected = {
        "logit": logits[:, [2, 0]],
        "output": output[:, [2, 0]],
        "class_minus_mean": (logits - logits.mean(axis=1, keepdims=True))[:, [2, 0]],
    }
    for target, values in expected.items():
        found = target_values(classes, x, tasks=[2, 0], target=target)
        np.testing.assert_allclose(found, values, atol=1e-6)


def weighted(at: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The profile target of logits ``values`` with weights frozen at logits ``at``."""
    weights = np.exp(at) / np.exp(at).sum(axis=1, keepdims=True)
    centred = values - values.mean(axis=1, keepdims=True)
    return (weights * centred).sum(axis=1).mean(axis=1)


def test_profile_and_counts_together(profile):
    x = sequences(4)
    logits, counts = (np.float64(output) for output in profile.network(x))
    found = target_values(profile, x, tasks=["counts/0", "reb1"])
    np.testing.assert_allclose(found[:, 0], counts[:, 0], atol=1e-6)
    np.testing.assert_allclose(found[:, 1], weighted(logits, logits), atol=1e-6)


def test_references_are_read_with_the_weights_of_the_input(profile):
    x, references = sequences(2), sequences(8)[2:]
    target = target_function(profile, ["reb1"])
    frozen = target.freeze(target.outputs(tf.constant(x)))
    at, values = (np.float64(profile.network(rows)[0]) for rows in (x, references))
    found = target(tf.constant(references), frozen)[:, 0]
    np.testing.assert_allclose(found, weighted(np.repeat(at, 3, axis=0), values), atol=1e-6)
    one = target(tf.constant(references[:1]), frozen)[:, 0]
    expected = weighted(at, np.repeat(values[:1], 2, axis=0))
    np.testing.assert_allclose(one, expected, atol=1e-6)


def test_no_gradient_flows_through_the_weights(profile):
    """The convolution is linear, so the gradient with frozen weights is the same anywhere."""
    x, elsewhere = tf.constant(sequences(1)), tf.constant(sequences(2)[1:])
    target = target_function(profile, ["reb1"])
    frozen = target.freeze(target.outputs(x))
    gradients = []
    for point, weights in ((x, None), (elsewhere, frozen)):
        with tf.GradientTape() as tape:
            tape.watch(point)
            value = target(point, weights)
        gradients.append(tape.gradient(value, point).numpy())
    np.testing.assert_allclose(*gradients, atol=1e-6)
    assert np.abs(gradients[0]).max() > 1e-3


def test_bad_targets(classes, profile):
    with pytest.raises(BadInput, match="did you mean 'output'"):
        target_function(classes, [0], "outputs")
    for target in ("output", "class_minus_mean"):
        with pytest.raises(BadInput, match="profile"):
            target_function(profile, ["reb1"], target)
    with pytest.raises(BadInput, match="single class"):
        target_function(profile, ["counts/0"], "class_minus_mean")


def test_sums_over_positions(profile):
    x = sequences(4)
    logits = np.float64(profile.network(x)[0])
    for target, positions in (("profile_sum", slice(0, 12)), ("profile_sum:3-7", slice(3, 7))):
        found = target_values(profile, x, tasks=["reb1"], target=target)[:, 0]
        np.testing.assert_allclose(found, logits[:, positions].sum(axis=(1, 2)), atol=1e-5)
    for target in ("profile_sum:7-3", "profile_sum:3", "logit:3-7", "profile_sum:0-13"):
        with pytest.raises(BadInput):
            target_function(profile, ["reb1"], target)
    with pytest.raises(BadInput, match="for profiles"):
        target_function(profile, ["counts/0"], "profile_sum")


def plus_less_minus(outputs):
    return tf.reduce_sum(outputs["profile_reb1"] * [1.0, -1.0], axis=[1, 2]) + 3


def test_functions_of_the_callers(profile):
    x = sequences(4)
    logits = np.float64(profile.network(x)[0])
    found = target_values(profile, x, tasks=[0], target=plus_less_minus)[:, 0]
    expected = (logits[..., 0] - logits[..., 1]).sum(axis=1) + 3
    np.testing.assert_allclose(found, expected, atol=1e-5)


def squared(outputs):
    return outputs["counts"][:, 0] ** 2


def among_others(outputs):
    return outputs["counts"][:, 0] - tf.reduce_mean(outputs["counts"][:, 0])


def whole_output(outputs):
    return outputs["counts"]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (squared, "'squared' is not affine"),
        (among_others, "depends on other rows"),
        (whole_output, r"shape \(3, 1\)"),
        (lambda outputs: outputs["counts"][:, 0], "without a name"),
    ],
)
def test_functions_that_are_no_targets(profile, function, message):
    with pytest.raises(BadInput, match=message):
        target_function(profile, [0], function)
