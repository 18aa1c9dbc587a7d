"""Layers as they are called where gradients are taken: the same values, fast and sure gradients.

Gradients of maxima go to the first of equals (``maxima``); those of convolutions are worked out by
``convolved``. TensorFlow's gradient of a slice that leaves something out takes ten times as long
as padding with zeros, which is the same.
"""

from collections.abc import Callable

import keras
import tensorflow as tf
from keras import layers

from chromolens.models import maxima
from chromolens.models.convolved import convolved, is_plain
from chromolens.models.logits import linear_part


def call(layer: keras.Operation, *inputs: object, **options: object) -> object:
    """``layer`` of ``inputs``, tensors and constants."""
    known = _CALLED.get(type(layer))
    if known is None or getattr(layer, "data_format", None) == "channels_first":
        return maxima.call(layer, *inputs, **options)
    return known(layer, *inputs)


def cropping(layer: layers.Cropping1D) -> Callable[[tf.Tensor], tf.Tensor]:
    """``layer`` as a function of (n, length, channels)."""
    before, after = layer.cropping

    def crop(values: tf.Tensor) -> tf.Tensor:
        return maxima.part(values, before, values.shape[1] - before - after)

    return crop


def _cropped(layer: layers.Cropping1D, values: tf.Tensor) -> tf.Tensor:
    return cropping(layer)(values)


def before_activation(layer: layers.Layer, values: tf.Tensor) -> tf.Tensor:
    """``layer``, one of ``WEIGHTED``, without its activation."""
    if not is_plain(layer):
        return linear_part(layer, values)
    products = convolved(layer, values)
    return products + layer.bias if layer.use_bias else products


def _convolution(layer: layers.Conv1D, values: tf.Tensor) -> tf.Tensor:
    if not is_plain(layer):
        return layer(values)
    return layer.activation(before_activation(layer, values))


_CALLED = {layers.Conv1D: _convolution, layers.Cropping1D: _cropped}
