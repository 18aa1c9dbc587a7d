"""Linear and affine layers: contributions go back through the weights (Shrikumar 2017, 3.5.1).

Dense layers and convolutions may carry a fused nonlinearity, which follows as a step of its own.
"""

from functools import partial

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution._activations import activate
from chromolens.attribution._convolution import convolved, is_plain
from chromolens.attribution._pair import Pair, Step, then
from chromolens.attribution._walk import both, no_rule
from chromolens.models._logits import WEIGHTED, Preactivation, linear_part
from chromolens.models._rearranged import Rearranged, Zeros
from chromolens.models._tokens import Tokens

FAMILIES = ("rescale",)


def affine(layer: keras.Operation, *inputs: object) -> Pair | list[Pair]:
    """The layer itself, on each side."""
    return both(layer, *inputs)


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


def normalised(layer: layers.BatchNormalization, inputs: Pair) -> Pair:
    """BatchNormalization by its moving statistics: a factor and a shift for each channel."""
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
    Tokens,
    Rearranged,
    Zeros,
)
IDENTITIES = (
    layers.ActivityRegularization,
    layers.AlphaDropout,
    layers.Dropout,
    layers.GaussianDropout,
    layers.GaussianNoise,
    layers.Identity,
    layers.SpatialDropout1D,
    layers.SpatialDropout2D,
)
RULES = {
    **dict.fromkeys(AFFINE, affine),
    **dict.fromkeys(IDENTITIES, unchanged),
    **dict.fromkeys(WEIGHTED, weighted),
    layers.BatchNormalization: normalised,
}
