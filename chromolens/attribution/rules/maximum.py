"""Max pooling by the cross-max rule (as shap and captum have it): complete for any reference.

In each pool the larger of the two maxima belongs to one position. The change of the maximum
goes to that position, divided by its own change: no more than 1. The first of equals wins.
"""

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution._pair import Pair, fused, joined, rescaled
from chromolens.attribution._walk import no_rule

FAMILIES = ("rescale",)


def pooled(layer: layers.MaxPooling1D, inputs: Pair) -> Pair:
    """MaxPooling1D with any stride, overlapping or not, valid or same padding."""
    _check_layout(layer)

    def pools(values: tf.Tensor) -> tf.Tensor:
        return split_into_pools(values, layer.pool_size[0], layer.strides[0], layer.padding)

    return _largest(joined(pools, inputs))


def pooled_over_all(layer: layers.GlobalMaxPooling1D, inputs: Pair) -> Pair:
    """GlobalMaxPooling1D: one pool."""
    _check_layout(layer)
    maximum = _largest(Pair(inputs.taped[:, None], inputs.other[:, None]))
    return maximum if layer.keepdims else Pair(maximum.taped[:, 0], maximum.other[:, 0])


def split_into_pools(values: tf.Tensor, size: int, stride: int, padding: str) -> tf.Tensor:
    """(n, length, channels) -> (n, pools, size, channels)."""
    length = values.shape[1]
    if padding == "same":
        count = -(-length // stride)
        missing = max((count - 1) * stride + size - length, 0)
        ends = [missing // 2, missing - missing // 2]
        values = tf.pad(values, [[0, 0], ends, [0, 0]], constant_values=values.dtype.min)
    else:
        count = (length - size) // stride + 1
    if size == stride:
        pools = values[:, : count * size]
        return tf.reshape(pools, [-1, count, size, values.shape[2]])
    end = (count - 1) * stride + 1
    shifted = [values[:, offset : offset + end : stride] for offset in range(size)]
    return tf.stack(shifted, axis=2)


@fused
def cross_max_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """Pools (..., size, channels), signal (..., 1, channels): signal x multiplier, like pools."""
    maximum = tf.reduce_max(taped, axis=-2, keepdims=True)
    other_maximum = tf.reduce_max(other, axis=-2, keepdims=True)
    larger = tf.where(maximum >= other_maximum, taped, other)
    place, size = tf.range(taped.shape[-2])[:, None], taped.shape[-2]
    highest = tf.where(larger == tf.maximum(maximum, other_maximum), place, size)
    first = tf.reduce_min(highest, axis=-2, keepdims=True)
    change = taped - other
    wins = (place == first) & (change != 0)
    share = (maximum - other_maximum) / tf.where(wins, change, 1.0)
    return tf.where(wins, signal * share, 0.0)


def _largest(pools: Pair) -> Pair:
    return joined(_without_pool_axis, rescaled(pools, _maximum, cross_max_back))


def _maximum(pools: tf.Tensor) -> tf.Tensor:
    return tf.reduce_max(pools, axis=2, keepdims=True)


def _without_pool_axis(maximum: tf.Tensor) -> tf.Tensor:
    return tf.squeeze(maximum, axis=2)


def _check_layout(layer: keras.layers.Layer) -> None:
    if layer.data_format == "channels_first":
        raise no_rule(f"layer {layer.name!r} with channels first", "channels_last")


RULES = {layers.MaxPooling1D: pooled, layers.GlobalMaxPooling1D: pooled_over_all}
