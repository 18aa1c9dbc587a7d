"""Maxima by the cross-max rule (as shap and captum have it): complete for any reference.

Of the values of a pool, or of several tensors, the larger of the two sides' maxima belongs to
one. The change of the maximum goes to that one, divided by its own change: no more than 1. The
first of equals wins. A minimum is the maximum of the negatives.
"""

from collections.abc import Callable, Sequence
from functools import reduce

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution._pair import Pair, fused, joined, rescaled
from chromolens.attribution._walk import both, no_rule

FAMILIES = ("rescale",)


def pooled(layer: layers.MaxPooling1D, inputs: Pair) -> Pair:
    """MaxPooling1D with any stride, overlapping or not, valid or same padding."""
    _check_layout(layer)

    def pools(values: tf.Tensor) -> tf.Tensor:
        return split_into_pools(values, layer.pool_size[0], layer.strides[0], layer.padding)

    return largest(joined(pools, inputs))


def pooled_2d(layer: layers.MaxPooling2D, inputs: Pair) -> Pair:
    """MaxPooling2D, likewise."""
    _check_layout(layer)

    def pools(values: tf.Tensor) -> tf.Tensor:
        return _split_2d(values, layer.pool_size, layer.strides, layer.padding)

    return largest(both(pools, inputs))


def pooled_over_all(
    layer: layers.GlobalMaxPooling1D | layers.GlobalMaxPooling2D, inputs: Pair
) -> Pair:
    """GlobalMaxPooling1D and 2D: one pool."""
    _check_layout(layer)
    shape = inputs.taped.shape
    kept = [-1, *[1] * (len(shape) - 2), shape[-1]] if layer.keepdims else [-1, shape[-1]]
    flat = both(lambda values: tf.reshape(values, [-1, 1, *_flat_positions(shape)]), inputs)
    return both(lambda values: tf.reshape(values, kept), largest(flat))


def maximum(layer: layers.Maximum, inputs: list[Pair]) -> Pair:
    """Maximum of several tensors."""
    _check_ranks(layer, inputs)
    return largest_of(inputs)


def minimum(layer: layers.Minimum, inputs: list[Pair]) -> Pair:
    """Minimum of several tensors."""
    _check_ranks(layer, inputs)
    return negated(largest_of, inputs)


def largest_of(inputs: Sequence[object]) -> Pair:
    """Elementwise maximum of Pairs and constants, which may broadcast."""

    def stacked(*values: object) -> tf.Tensor:
        tensors = list(map(tf.convert_to_tensor, values))
        shape = reduce(tf.broadcast_static_shape, [tensor.shape for tensor in tensors])
        wide = [tf.broadcast_to(tensor, shape) for tensor in tensors]
        return tf.stack(wide, axis=-1)[..., None]

    found = largest(both(stacked, *inputs))
    return both(lambda values: values[..., 0], found)


def negated(rule: Callable, inputs: object) -> Pair:
    """The minimum, by the ``rule`` of the maximum."""
    turned = keras.tree.map_structure(_negative, inputs)
    return _negative(rule(turned))


def largest(pools: Pair) -> Pair:
    """Maxima of pools (n, ..., size, channels) over their size: (n, ..., channels)."""
    return joined(_without_pool_axis, rescaled(pools, _maximum, cross_max_back))


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


def _maximum(pools: tf.Tensor) -> tf.Tensor:
    return tf.reduce_max(pools, axis=-2, keepdims=True)


def _split_2d(
    values: tf.Tensor, size: Sequence[int], stride: Sequence[int], padding: str
) -> tf.Tensor:
    """(n, rows, columns, channels) -> (n, pool rows, pool columns, size, channels)."""
    _, rows, columns, channels = values.shape
    flat = tf.reshape(values, [-1, rows, columns * channels])
    high = split_into_pools(flat, size[0], stride[0], padding)
    lines = tf.reshape(high, [-1, columns, channels])
    wide = split_into_pools(lines, size[1], stride[1], padding)
    grid = tf.reshape(wide, [-1, high.shape[1], size[0], *wide.shape[1:]])
    pools = tf.transpose(grid, [0, 1, 3, 2, 4, 5])
    return tf.reshape(pools, [-1, *pools.shape[1:3], size[0] * size[1], channels])


def _flat_positions(shape: tf.TensorShape) -> list[int]:
    """Positions and channels of a tensor (n, ..., channels)."""
    return [shape[1:-1].num_elements(), shape[-1]]


def _negative(value: object) -> object:
    return both(tf.negative, value) if isinstance(value, Pair) else -value


def _check_ranks(layer: keras.layers.Layer, inputs: list[Pair]) -> None:
    if len({len(pair.taped.shape) for pair in inputs}) > 1:
        raise no_rule(f"layer {layer.name!r} of tensors of unlike rank", "equal numbers of axes")


def _without_pool_axis(maximum: tf.Tensor) -> tf.Tensor:
    return tf.squeeze(maximum, axis=-2)


def _check_layout(layer: keras.layers.Layer) -> None:
    if layer.data_format == "channels_first":
        raise no_rule(f"layer {layer.name!r} with channels first", "channels_last")


RULES = {
    layers.GlobalMaxPooling1D: pooled_over_all,
    layers.GlobalMaxPooling2D: pooled_over_all,
    layers.MaxPooling1D: pooled,
    layers.MaxPooling2D: pooled_2d,
    layers.Maximum: maximum,
    layers.Minimum: minimum,
}
