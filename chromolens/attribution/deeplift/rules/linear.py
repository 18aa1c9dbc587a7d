"""Linear and affine layers: contributions go back through the weights (Shrikumar 2017, 3.5.1).

Dense layers and convolutions may carry a fused nonlinearity, which follows as a step of its own.

Plain convolutions are ``chromolens.models.convolved``'s, whose input gradients are fast.
"""

from functools import partial

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift.functions import activate
from chromolens.attribution.deeplift.pair import Pair, Step, itself, join, then
from chromolens.attribution.deeplift.walk import both, no_rule
from chromolens.models.convolved import convolved, is_plain
from chromolens.models.differentiable import cropping
from chromolens.models.foreign.rearranged import Rearranged, Zeros
from chromolens.models.foreign.tokens import Vectors
from chromolens.models.kinds import IDENTITIES, WEIGHTED
from chromolens.models.logits import Preactivation, linear_part


def affine(layer: keras.Operation, *inputs: object, mask: Pair | None = None) -> Pair | list[Pair]:
    """The layer itself, on each side."""
    if mask is None:
        return both(layer, *inputs)
    return both(lambda values, mask: layer(*values, mask=mask), inputs, mask)


def cropped(layer: layers.Cropping1D, inputs: Pair) -> Pair:
    """A part of the positions, with the steps around it."""
    return join(cropping(layer), inputs, moves=True)


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


SHIFT = Step(_shifted, _unshifted, itself)
SCALE_AND_SHIFT = Step(_scaled, _unscaled, itself)


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
        layers.Cropping1D: cropped,
    }
}
