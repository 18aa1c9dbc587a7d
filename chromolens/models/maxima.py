"""Maxima whose change goes to the first of equals, whatever rounding makes of them.

Beside a reference that is the same at every position, all places of a pool are equal; so are two
copies of a word. Kernels round them differently, and the place that rounding made largest would
be an accident of the processor. So places within ``ties.TIE`` of a row's largest number are equal,
and the first of them wins, as published implementations have it where they are exactly equal.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from chromolens.models.graph import operations
from chromolens.models.reach import padding_around
from chromolens.ties import TIE


class Pools(NamedTuple):
    """How the inputs of a layer fall into pools, each of which has one maximum.

    ``split`` (the layer's inputs) -> pools (n, ..., size, channels). Their maxima over size, in
    the ``shape`` (-1, ...), are the layer's output; less than nothing where ``turned``: a minimum
    is the maximum of the negatives, turned. Where they ``overlap`` a number may be in several.
    """

    split: Callable
    shape: Sequence[int]
    turned: bool = False
    overlap: bool = False

    @property
    def moves(self) -> bool:
        """Whether ``split`` and ``joined`` leave numbers as they are, each once at most."""
        return not (self.turned or self.overlap)

    def joined(self, maxima: tf.Tensor) -> tf.Tensor:
        """The layer's output, from maxima (n, ..., 1, channels)."""
        return tf.reshape(-maxima if self.turned else maxima, self.shape)


def pools_of(layer: keras.Operation, *inputs: object) -> Pools | None:
    """The pools of ``layer`` for ``inputs`` (tensors and constants); None if it is no maximum."""
    find = _POOLS.get(type(layer))
    return find(layer, *inputs) if find else None


def call(layer: keras.Operation, *inputs: object, **options: object) -> object:
    """``layer`` of ``inputs``; if it is a maximum its gradient goes to the first of equals."""
    pools = pools_of(layer, *inputs)
    if pools is None:
        return layer(*inputs, **options)
    if len(inputs) == 1 and tf.is_tensor(inputs[0]):
        return _of_one(pools, inputs[0])
    return pools.joined(largest(pools.split(*inputs)))


def _of_one(pools: Pools, values: tf.Tensor) -> tf.Tensor:
    """The maxima of one tensor, whose way back is one loop over its elements."""

    @tf.custom_gradient
    def run(values: tf.Tensor) -> tuple[tf.Tensor, Callable]:
        found = tf.reduce_max(pools.split(values), axis=-2, keepdims=True)
        return pools.joined(found), partial(_back, pools, values)

    return run(values)


@partial(tf.function, jit_compile=True, autograph=False)
def _back(pools: Pools, values: tf.Tensor, signal: tf.Tensor) -> tf.Tensor:
    with tf.GradientTape() as tape:
        tape.watch(values)
        split = pools.split(values)
        found = pools.joined(largest(split))
    return tape.gradient(found, values, signal)


@tf.custom_gradient
def largest(pools: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    """Maxima (n, ..., 1, channels) of pools (n, ..., size, channels)."""
    return tf.reduce_max(pools, axis=-2, keepdims=True), partial(_to_the_first, pools)


@partial(tf.function, jit_compile=True, autograph=False)
def _to_the_first(pools: tf.Tensor, signal: tf.Tensor) -> tf.Tensor:
    return tf.where(first_of_equals(pools, scale_of(pools)), signal, 0.0)


def first_of_equals(pools: tf.Tensor, scale: tf.Tensor) -> tf.Tensor:
    """Which place of each pool (..., size, channels) its maximum belongs to: bool, like pools.

    ``scale`` is that of the values compared; it broadcasts over the pools.
    """
    near = pools >= tf.reduce_max(pools, axis=-2, keepdims=True) - TIE * scale
    place, size = tf.range(pools.shape[-2])[:, None], pools.shape[-2]
    return place == tf.reduce_min(tf.where(near, place, size), axis=-2, keepdims=True)


def scale_of(pools: tf.Tensor, rows: int = 1) -> tf.Tensor:
    """Largest size of a number, padding apart, over all axes but the first ``rows``."""
    sizes = tf.where(pools > pools.dtype.min, tf.abs(pools), 0.0)
    return tf.reduce_max(sizes, axis=list(range(rows, len(pools.shape))), keepdims=True)


def part(values: tf.Tensor, start: int, length: int) -> tf.Tensor:
    """``length`` places of (n, places, channels); with a faster gradient than ``[]``."""
    return tf.slice(values, [0, start, 0], [-1, length, -1])


def split_into_pools(values: tf.Tensor, size: int, stride: int, padding: str) -> tf.Tensor:
    """(n, length, channels) -> (n, pools, size, channels)."""
    length = values.shape[1]
    if padding == "same":
        count = -(-length // stride)
        ends = padding_around(padding, length, size, stride)
        values = tf.pad(values, [[0, 0], ends, [0, 0]], constant_values=values.dtype.min)
    else:
        count = (length - size) // stride + 1
    if size == stride:
        pools = part(values, 0, count * size)
        return tf.reshape(pools, [-1, count, size, values.shape[2]])
    end = (count - 1) * stride + 1
    shifted = [values[:, offset : offset + end : stride] for offset in range(size)]
    return tf.stack(shifted, axis=2)


def _of_positions(layer: layers.MaxPooling1D, values: tf.Tensor) -> Pools | None:
    if layer.data_format == "channels_first":
        return None
    asked = {"size": layer.pool_size[0], "stride": layer.strides[0], "padding": layer.padding}
    overlap = asked["size"] > asked["stride"]
    return Pools(partial(split_into_pools, **asked), _output(layer, values), overlap=overlap)


def _of_areas(layer: layers.MaxPooling2D, values: tf.Tensor) -> Pools | None:
    if layer.data_format == "channels_first":
        return None
    (high, wide), (down, across) = layer.pool_size, layer.strides

    def split(values: tf.Tensor) -> tf.Tensor:
        _, rows, columns, channels = values.shape
        flat = tf.reshape(values, [-1, rows, columns * channels])
        bands = split_into_pools(flat, high, down, layer.padding)
        lines = tf.reshape(bands, [-1, columns, channels])
        areas = split_into_pools(lines, wide, across, layer.padding)
        grid = tf.reshape(areas, [-1, bands.shape[1], high, *areas.shape[1:]])
        pools = tf.transpose(grid, [0, 1, 3, 2, 4, 5])
        return tf.reshape(pools, [-1, *pools.shape[1:3], high * wide, channels])

    overlap = high > down or wide > across
    return Pools(split, _output(layer, values), overlap=overlap)


def _of_all_places(layer: keras.layers.Layer, values: tf.Tensor) -> Pools | None:
    if layer.data_format == "channels_first":
        return None
    places = [-1, values.shape[1:-1].num_elements(), values.shape[-1]]
    return Pools(partial(tf.reshape, shape=places), _output(layer, values))


def _output(layer: keras.layers.Layer, values: tf.Tensor) -> list[int]:
    return [-1, *layer.compute_output_shape(tuple(values.shape))[1:]]


def _along(turned: bool, op: keras.Operation, values: tf.Tensor) -> Pools | None:
    """``ops.max`` and ``ops.min`` over any axes but the batch."""
    shape = values.shape
    axes = range(len(shape)) if op.axis is None else np.atleast_1d(op.axis) % len(shape)
    if 0 in axes or getattr(op, "initial", None) is not None:
        return None
    rest = [axis for axis in range(len(shape)) if axis not in axes]
    size = math.prod(shape[axis] for axis in axes)
    pools = [-1, *(shape[axis] for axis in rest[1:]), size, 1]
    kept = [1 if axis in axes else shape[axis] for axis in range(1, len(shape))]
    result = kept if op.keepdims else [shape[axis] for axis in rest[1:]]

    def split(values: tf.Tensor) -> tf.Tensor:
        values = tf.transpose(-values if turned else values, [*rest, *axes])
        return tf.reshape(values, pools)

    return Pools(split, [-1, *result], turned)


def _of_tensors(turned: bool, layer: keras.Operation, *inputs: object) -> Pools | None:
    """Maxima and minima of several tensors, which may broadcast, and constants."""
    shapes = [keras.ops.shape(value) for value in keras.tree.flatten(inputs)]
    shape = reduce(tf.broadcast_static_shape, map(tf.TensorShape, shapes))

    def split(*inputs: object) -> tf.Tensor:
        tensors = [tf.convert_to_tensor(value, tf.float32) for value in keras.tree.flatten(inputs)]
        whole = reduce(tf.broadcast_static_shape, [tensor.shape for tensor in tensors])
        stack = tf.stack([tf.broadcast_to(tensor, whole) for tensor in tensors], axis=-1)
        return (-stack if turned else stack)[..., None]

    return Pools(split, [-1, *shape[1:]], turned)


_POOLS = {
    layers.MaxPooling1D: _of_positions,
    layers.MaxPooling2D: _of_areas,
    **dict.fromkeys((layers.GlobalMaxPooling1D, layers.GlobalMaxPooling2D), _of_all_places),
    **dict.fromkeys((layers.Maximum, *operations("Maximum")), partial(_of_tensors, False)),
    **dict.fromkeys((layers.Minimum, *operations("Minimum")), partial(_of_tensors, True)),
    **dict.fromkeys(operations("Amax Max"), partial(_along, False)),
    **dict.fromkeys(operations("Amin Min"), partial(_along, True)),
}
MAXIMA = tuple(_POOLS)
"""Layers and operations that are maxima or minima."""
