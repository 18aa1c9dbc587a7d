"""Fast convolutions against plain loops; steps in one kernel against the same steps apart."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.attribution import front
from chromolens.models.convolved import convolved, is_plain


def matrix_of(kernel, length, before, positions, rate):
    """The convolution as a float64 matrix (positions filters, length channels)."""
    width, channels, filters = kernel.shape
    matrix = np.zeros((positions, filters, length, channels))
    for position in range(positions):
        for offset in range(width):
            at = position - before + rate * offset
            if 0 <= at < length:
                matrix[position, :, at] += kernel[offset].T
    return matrix.reshape(positions * filters, length * channels)


@pytest.mark.parametrize("width,rate", [(5, 1), (4, 1), (3, 3), (4, 2), (1, 1)])
@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
@pytest.mark.parametrize("channels", [4, 9])
def test_convolution_and_its_input_gradient(width, rate, padding, channels):
    layer = layers.Conv1D(6, width, padding=padding, dilation_rate=rate)
    layer.build((None, 17, channels))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 17, channels)).astype(np.float32)
    with tf.GradientTape() as tape:
        given = tf.constant(x)
        tape.watch(given)
        found = convolved(layer, given)
    signal = rng.normal(size=found.shape).astype(np.float32)
    gradient = tape.gradient(found, given, tf.constant(signal))
    span = rate * (width - 1)
    before = {"valid": 0, "same": span // 2, "causal": span}[padding]
    kernel = np.float64(layer.kernel)
    matrix = matrix_of(kernel, 17, before, 17 - span if padding == "valid" else 17, rate)
    expected = (np.float64(x).reshape(3, -1) @ matrix.T).reshape(found.shape)
    np.testing.assert_allclose(found, expected, atol=3e-6)
    expected = (np.float64(signal).reshape(3, -1) @ matrix).reshape(x.shape)
    np.testing.assert_allclose(gradient, expected, atol=3e-6)


@pytest.mark.parametrize("options", [{"strides": 2}, {"groups": 2}])
def test_convolutions_that_are_left_to_keras(options):
    assert is_plain(layers.Conv1D(4, 3))
    assert not is_plain(layers.Conv1D(4, 3, **options))


def normalised(length=24):
    """Convolution, batch normalisation with factors of both signs, ReLU, overlapping pools."""
    inputs = keras.Input((length, 4))
    x = layers.BatchNormalization()(layers.Conv1D(6, 4)(inputs))
    x = layers.MaxPooling1D(4, 2, padding="same")(layers.ReLU()(x))
    return networks.randomised(keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x))))


def folded(network):
    """The same function without batch normalisation: its factors are in the convolution."""
    (kernel, bias, gamma, beta, mean, variance), rest = (
        [np.float64(weight) for weight in network.get_weights()[:6]],
        network.get_weights()[6:],
    )
    assert gamma.min() < 0 < gamma.max()
    factor = gamma / np.sqrt(variance + network.layers[2].epsilon)
    inputs = keras.Input(network.input_shape[1:])
    x = layers.Activation("relu")(layers.Conv1D(6, 4)(inputs))
    # A layer between keeps the nonlinearity and the pools in kernels of their own.
    x = layers.Reshape(x.shape[1:])(x)
    x = layers.MaxPooling1D(4, 2, padding="same")(x)
    twin = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x)))
    twin.set_weights([kernel * factor, (bias - mean) * factor + beta, *rest])
    return twin


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["uniform", "sequences"])
def test_steps_in_one_kernel_and_apart(kind):
    network = normalised()
    x = networks.sequences(4, 24)
    own = np.stack([networks.sequences(4, 24, seed) for seed in (7, 8, 9)], axis=1)
    options = {
        "method": "deeplift_rescale",
        "references": own if kind == "sequences" else kind,
        "batch_size": 12,
    }
    together = front.attribute(network, x, **options)
    apart = front.attribute(folded(network), x, **options)
    scale = np.abs(apart.contributions).max()
    np.testing.assert_allclose(together.contributions, apart.contributions, atol=2e-6 * scale)
    np.testing.assert_allclose(together.hypothetical, apart.hypothetical, atol=2e-6 * scale)


def test_a_tensor_with_two_uses_completes():
    """A ReLU whose output is pooled, added and normalised: every use takes its own steps."""
    inputs = keras.Input((20, 4))
    x = layers.ReLU()(layers.Conv1D(5, 3, padding="same")(inputs))
    y = layers.BatchNormalization()(layers.Activation("tanh")(x))
    pooled = [layers.MaxPooling1D(2)(tensor) for tensor in (x, layers.Add()([x, y]))]
    x = layers.Flatten()(layers.Concatenate()([*pooled, layers.AveragePooling1D(2)(y)]))
    network = networks.randomised(keras.Model(inputs, layers.Dense(1)(x)))
    x = networks.sequences(5, 20)
    result = front.attribute(network, x, method="deeplift_rescale", batch_size=8)
    effect = np.abs(result.values - result.reference_values)
    assert effect.max() > 1e-2
    assert (np.abs(result.completeness_error) <= 1e-5 * effect.max()).all()


def pooled(pool):
    """Three tasks on convolution, batch normalisation, ReLU and ``pool``, which may crop."""
    inputs = keras.Input((24, 4))
    x = layers.BatchNormalization()(layers.Conv1D(6, 4)(inputs))
    x = layers.Flatten()(pool(layers.ReLU()(x)))
    return networks.randomised(keras.Model(inputs, layers.Dense(3)(x)))


def both_bests(values):
    best = layers.GlobalMaxPooling1D()
    return layers.Concatenate()([best(values), best(layers.Cropping1D((5, 4))(values))])


@pytest.mark.slow
@pytest.mark.parametrize(
    "pool",
    [
        both_bests,
        layers.MaxPooling1D(4),  # the last place is in no pool
        layers.MaxPooling1D(4, padding="same"),
        layers.MaxPooling1D(5, 2),  # a place is in several
        layers.MaxPooling1D(2, 3),
        lambda values: keras.ops.min(values, axis=1),
        lambda values: keras.ops.max(values, axis=2),
    ],
)
@pytest.mark.parametrize("references,count", [("uniform", 1), ("dinucleotide_shuffle", 3)])
def test_several_tasks_have_the_contributions_of_each_alone(pool, references, count):
    network = pooled(pool)
    inputs = networks.sequences(5, 24)
    options = {"method": "deeplift_rescale", "references": references, "n_references": count}
    together = front.attribute_tasks(network, inputs, tasks=[0, 1, 2], **options)
    for task, found in enumerate(together):
        alone = front.attribute(network, inputs, task=task, **options)
        scale = np.abs(alone.hypothetical).max()
        np.testing.assert_allclose(found.hypothetical, alone.hypothetical, atol=2e-6 * scale)
        assert np.abs(found.completeness_error).max() < 1e-4 * scale
