"""Convolutions whose input gradient costs no more than their forward pass.

TensorFlow copies a dilated convolution's input apart and together again, in both directions; here
dilation is left to the convolution itself, and its gradient is again one, of the signal with the
weights reversed. Where there are few input channels (DNA has four) that would run at a fraction of
the speed: there it is one matrix product, and sums of its shifted columns.
"""

from functools import partial

import keras
import tensorflow as tf

from chromolens.models.reach import padding_around

FEW_CHANNELS = 8


def is_plain(layer: keras.layers.Layer) -> bool:
    """Whether ``layer`` is a convolution that ``convolved`` can do."""
    plain = isinstance(layer, keras.layers.Conv1D)
    return plain and layer.strides == (1,) and layer.groups == 1


def convolved(layer: keras.layers.Conv1D, inputs: tf.Tensor) -> tf.Tensor:
    """``layer`` without bias and activation: (n, length, channels) -> (n, positions, filters)."""
    weights = tf.stop_gradient(tf.convert_to_tensor(layer.kernel))
    rate = layer.dilation_rate[0]
    span = rate * (weights.shape[0] - 1)
    before, after = padding_around(layer.padding, inputs.shape[1], span + 1)
    few = weights.shape[1] <= FEW_CHANNELS
    gradient = _gradient_of_few_channels if few else _gradient

    @tf.custom_gradient
    def run(inputs: tf.Tensor) -> tuple:
        def backward(signal: tf.Tensor) -> tf.Tensor:
            return gradient(signal, weights, span - before, span - after, rate)

        return _convolution(inputs, weights, before, after, rate), backward

    return run(inputs)


def _convolution(
    inputs: tf.Tensor, weights: tf.Tensor, before: int, after: int, rate: int
) -> tf.Tensor:
    padding = [[0, 0], [0, 0], [before, after], [0, 0]]
    rows, image = tf.expand_dims(inputs, 1), weights[None]
    return tf.squeeze(tf.nn.conv2d(rows, image, 1, padding, dilations=[1, 1, rate, 1]), 1)


def _gradient(
    signal: tf.Tensor, weights: tf.Tensor, before: int, after: int, rate: int
) -> tf.Tensor:
    reversed_weights = tf.transpose(weights[::-1], [0, 2, 1])
    return _convolution(signal, reversed_weights, before, after, rate)


def _gradient_of_few_channels(
    signal: tf.Tensor, weights: tf.Tensor, before: int, after: int, rate: int
) -> tf.Tensor:
    """Row l of the product holds what position l of the signal hands to each base it saw."""
    width, channels, filters = weights.shape
    columns = tf.reshape(weights, [width * channels, filters])
    product = tf.matmul(tf.reshape(signal, [-1, filters]), columns, transpose_b=True)
    product = tf.reshape(product, [-1, signal.shape[1], width, channels])
    return _shifted_sum(product, before, after, rate)


@partial(tf.function, jit_compile=True, autograph=False)
def _shifted_sum(product: tf.Tensor, before: int, after: int, rate: int) -> tf.Tensor:
    """(n, positions, width, channels) -> (n, positions + before + after - span, channels)."""
    width = product.shape[2]
    span = rate * (width - 1)
    length = product.shape[1] + before + after - span
    padded = tf.pad(product, [[0, 0], [before, after], [0, 0], [0, 0]])
    starts = [span - rate * offset for offset in range(width)]
    shifted = [padded[:, at : at + length, i] for i, at in enumerate(starts)]
    return tf.add_n(shifted)
