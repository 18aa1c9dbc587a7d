"""Linear and affine layers: contributions go back through the weights (Shrikumar 2017, 3.5.1).

Dense layers and convolutions may carry a fused nonlinearity, which follows as a step of its own.

A convolution's input gradient costs no more than its forward pass. TensorFlow copies a dilated
convolution's input apart and together again, in both directions; here dilation is left to the
convolution itself, and its gradient is again one, of the signal with the weights reversed. Where
there are few input channels (DNA has four) that would run at a fraction of the speed: there it is
one matrix product, and sums of its shifted columns.
"""

from functools import partial

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift.functions import activate
from chromolens.attribution.deeplift.pair import Pair, Step, fuse, then
from chromolens.attribution.deeplift.walk import both, no_rule
from chromolens.models.foreign.rearranged import Rearranged, Zeros
from chromolens.models.foreign.tokens import Vectors
from chromolens.models.kinds import IDENTITIES, WEIGHTED
from chromolens.models.logits import Preactivation, linear_part
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


@fuse
def _shifted_sum(product: tf.Tensor, before: int, after: int, rate: int) -> tf.Tensor:
    """(n, positions, width, channels) -> (n, positions + before + after - span, channels)."""
    width = product.shape[2]
    span = rate * (width - 1)
    length = product.shape[1] + before + after - span
    padded = tf.pad(product, [[0, 0], [before, after], [0, 0], [0, 0]])
    starts = [span - rate * offset for offset in range(width)]
    shifted = [padded[:, at : at + length, i] for i, at in enumerate(starts)]
    return tf.add_n(shifted)


def affine(layer: keras.Operation, *inputs: object, mask: Pair | None = None) -> Pair | list[Pair]:
    """The layer itself, on each side."""
    if mask is None:
        return both(layer, *inputs)
    return both(lambda values, mask: layer(*values, mask=mask), inputs, mask)


def unchanged(layer: keras.layers.Layer, inputs: Pair) -> Pair:
    """Layers that only act in training."""
    return inputs


def weighted(layer: keras.layers.Layer, inputs: Pair) -> Pair:
    """Dense layers and convolutions: the weights, then the activation."""
    return activate(layer, preactivation(layer, inputs))


def preactivation(layer: keras.layers.Layer, inputs: Pair) -> Pair:
    """Dense layers and convolutions without their activation."""
    if getattr(layer, "data_format", None) == "channels_first":
        raise no_rule(f"layer {layer.name!r} with channels first", "channels_last")
    if not is_plain(layer):
        return both(partial(linear_part, layer), inputs)
    products = both(partial(convolved, layer), inputs)
    return then(products, SHIFT, layer.bias) if layer.use_bias else products


def normalised(
    layer: layers.BatchNormalization, inputs: Pair, *, mask: Pair | None = None
) -> Pair:
    """BatchNormalization by its moving statistics: a factor and a shift for each channel.

    A mask is read in training only.
    """
    if layer.axis not in (-1, len(inputs.other.shape) - 1):
        return affine(layer, inputs)
    factor = tf.math.rsqrt(layer.moving_variance + layer.epsilon)
    factor = factor * layer.gamma if layer.scale else factor
    shift = -layer.moving_mean * factor
    shift = shift + layer.beta if layer.center else shift
    return then(inputs, SCALE_AND_SHIFT, factor, shift)


def _shifted(values: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
    return values + shift


def _unshifted(
    signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor, shift: tf.Tensor
) -> tf.Tensor:
    return signal


def _scaled(values: tf.Tensor, factor: tf.Tensor, shift: tf.Tensor) -> tf.Tensor:
    return values * factor + shift


def _unscaled(
    signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor, factor: tf.Tensor, shift: tf.Tensor
) -> tf.Tensor:
    return signal * factor


SHIFT = Step(_shifted, _unshifted)
SCALE_AND_SHIFT = Step(_scaled, _unscaled)


AFFINE = (
    layers.AdaptiveAveragePooling1D,
    layers.AdaptiveAveragePooling2D,
    layers.Add,
    layers.Average,
    layers.AveragePooling1D,
    layers.AveragePooling2D,
    layers.Concatenate,
    layers.Cropping1D,
    layers.Cropping2D,
    layers.Flatten,
    layers.GlobalAveragePooling1D,
    layers.GlobalAveragePooling2D,
    layers.Normalization,
    layers.Permute,
    layers.RepeatVector,
    layers.Rescaling,
    layers.Reshape,
    layers.Subtract,
    layers.UpSampling1D,
    layers.UpSampling2D,
    layers.ZeroPadding1D,
    layers.ZeroPadding2D,
    Preactivation,
    Rearranged,
    Vectors,
    Zeros,
)
RULES = {
    "rescale": {
        **dict.fromkeys(AFFINE, affine),
        **dict.fromkeys(IDENTITIES, unchanged),
        **dict.fromkeys(WEIGHTED, weighted),
        layers.BatchNormalization: normalised,
    }
}
