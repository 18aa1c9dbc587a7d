"""What changing a few positions does to a layer: exactly, and no more than it can reach.

A change (c, v, width, channels) is what v versions of the input add to a tensor in each of c
windows; everywhere else the tensor stays as it is. A step takes the change of its input to that
of its output. Windows are known when the graph is built, one for each position of the network's
input; ``where`` int32 (c,) says which positions are asked for.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift.pair import fuse
from chromolens.models.kinds import Kind, classes
from chromolens.models.logits import linear_part
from chromolens.models.maxima import split_into_pools
from chromolens.models.reach import Reach, Windows, reach_of

POOLS = classes(Kind.SLIDES | Kind.POOLS)
ELEMENT = 50
"""What one number costs to move, in multiply-adds of a matrix product (roughly, on a CPU)."""


@dataclass(frozen=True)
class Convolution:
    """The linear part of a Conv1D: changed positions x all taps, added up where they meet."""

    layer: layers.Conv1D
    taps: tf.Tensor
    lengths: tuple[int, int]
    before: Windows

    @classmethod
    def of(cls, layer: layers.Conv1D, lengths: tuple[int, int], before: Windows) -> "Convolution":
        """``taps``: the kernel as one matrix (channels, taps x filters), the last tap first."""
        kernel = tf.reverse(layer.kernel, [0])
        taps = tf.reshape(tf.transpose(kernel, [1, 0, 2]), [kernel.shape[1], -1])
        return cls(layer, taps, lengths, before)

    @cached_property
    def after(self) -> Windows:
        """Windows of the output."""
        return self._reach.outputs(self.before)

    def costs(self) -> np.ndarray:
        """Multiply-adds of one change, and of the whole layer."""
        products, filters = math.prod(self.layer.kernel.shape), self.layer.filters
        made = np.array([self.after.width, self.lengths[1]])
        return np.array([self.before.width, self.lengths[1]]) * products + made * filters * ELEMENT

    def whole(self, values: tf.Tensor) -> tf.Tensor:
        """Output for inputs (n, length, channels)."""
        return linear_part(self.layer, values)

    def change(self, change: tf.Tensor, context: tf.Tensor, where: tf.Tensor) -> tf.Tensor:
        """Change of the output, whatever its ``context``: this is linear."""
        c, v, width, channels = change.shape
        products = tf.matmul(tf.reshape(change, [-1, channels]), self.taps)
        products = tf.reshape(products, [c * v, width, -1, self.layer.filters])
        added = _added(self._reach.dilation, products)
        moved = tf.reshape(added, [c, v, -1, self.layer.filters])
        if self._reach.stride == 1:
            return moved
        every = replace(self._reach, stride=1).outputs(self.before)
        start = self.after.first * self._reach.stride - every.first
        return place_change(moved, at(start, where), self.after.width, self._reach.stride)

    @cached_property
    def _reach(self) -> Reach:
        return reach_of(self.layer, self.lengths[0])


@dataclass(frozen=True)
class Pointwise:
    """Functions of each position by itself, and a pooling, where there is one.

    They are not linear, so the output is worked out with the change and without it.
    """

    functions: tuple[Callable, ...]
    pool: layers.Layer | None
    lengths: tuple[int, int]
    channels: int
    before: Windows

    @cached_property
    def after(self) -> Windows:
        """Windows of the output."""
        return self._reach.outputs(self.before) if self.pool else self.before

    def then(self, layer: layers.Layer, length: int) -> "Pointwise":
        """With one more function, or with a pooling that leaves ``length`` places."""
        if isinstance(layer, POOLS):
            return replace(self, pool=layer, lengths=(self.lengths[0], length))
        return replace(self, functions=(*self.functions, layer))

    def costs(self) -> np.ndarray:
        """Multiply-adds of one change, and of the whole layer."""
        return np.array([self._seen.width, self.lengths[0]]) * self.channels * ELEMENT

    def whole(self, values: tf.Tensor) -> tf.Tensor:
        """Output for inputs (n, length, channels)."""
        for function in self.functions:
            values = function(values)
        return self.pool(values) if self.pool else values

    def change(self, change: tf.Tensor, context: tf.Tensor, where: tf.Tensor) -> tf.Tensor:
        """Change of the output, where the input without it is ``context`` (length, channels)."""
        moved, changed = pick(
            change, at(self._seen.first - self.before.first, where), self._seen.width
        )
        places, exist = inside(self._seen, where, self.lengths[0])
        _, kept = inside(self.after, where, self.lengths[1])
        return self._compiled(moved, changed, tf.gather(context, places)[:, None], exist, kept)

    @cached_property
    def _reach(self) -> Reach:
        return reach_of(self.pool, self.lengths[0])

    @cached_property
    def _seen(self) -> Windows:
        return self._reach.inputs(self.after) if self.pool else self.before

    @cached_property
    def _compiled(self) -> Callable:
        return fuse(self._difference)

    def _difference(
        self,
        change: tf.Tensor,
        changed: tf.Tensor,
        context: tf.Tensor,
        exist: tf.Tensor,
        kept: tf.Tensor,
    ) -> tf.Tensor:
        with_change = context + tf.where(changed, change, 0.0)
        difference = self._local(with_change, exist) - self._local(context, exist)
        return tf.where(kept, difference, 0.0)

    def _local(self, values: tf.Tensor, exist: tf.Tensor) -> tf.Tensor:
        rows = tf.reshape(values, [-1, *values.shape[2:]])
        for function in self.functions:
            rows = function(rows)
        values = tf.reshape(rows, values.shape)
        return _pooled(self.pool, values, exist) if self.pool else values


def at(places: np.ndarray, where: tf.Tensor) -> tf.Tensor:
    """``places[where]``, int32 (c,)."""
    return tf.gather(tf.constant(places, tf.int32), where)


def inside(windows: Windows, where: tf.Tensor, length: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Places (c, width) in a tensor of ``length``, clipped to it; which exist (c, 1, width, 1)."""
    places = at(windows.first, where)[:, None] + tf.range(windows.width)
    exist = (places >= 0) & (places < length)
    return tf.clip_by_value(places, 0, length - 1), exist[:, None, :, None]


def pick(
    change: tf.Tensor, start: tf.Tensor, width: int, step: int = 1
) -> tuple[tf.Tensor, tf.Tensor]:
    """``change`` at start (c,) + step [0, width), and which of that (c, 1, width, 1) it has."""
    places = start[:, None] + step * tf.range(width)
    has = (places >= 0) & (places < change.shape[2])
    clipped = tf.clip_by_value(places, 0, change.shape[2] - 1)
    return tf.gather(change, clipped, axis=2, batch_dims=1), has[:, None, :, None]


def place_change(change: tf.Tensor, start: tf.Tensor, width: int, step: int = 1) -> tf.Tensor:
    """What ``pick`` picks, 0 where there is none."""
    moved, has = pick(change, start, width, step)
    return tf.where(has, moved, 0.0)


def _pooled(pool: layers.Layer, values: tf.Tensor, exist: tf.Tensor) -> tf.Tensor:
    if isinstance(pool, layers.MaxPooling1D):
        return tf.reduce_max(_pools(pool, tf.where(exist, values, values.dtype.min)), axis=3)
    total = tf.reduce_sum(_pools(pool, tf.where(exist, values, 0.0)), axis=3)
    count = tf.reduce_sum(_pools(pool, tf.cast(exist, values.dtype)), axis=3)
    return total / tf.maximum(count, 1.0)


def _pools(pool: layers.Layer, values: tf.Tensor) -> tf.Tensor:
    """(c, v, width, channels) -> (c, v, pools, size, channels)."""
    rows = tf.reshape(values, [-1, *values.shape[2:]])
    pools = split_into_pools(rows, pool.pool_size[0], pool.strides[0], "valid")
    return tf.reshape(pools, [*values.shape[:2], *pools.shape[1:]])


@fuse
def _added(dilation: int, products: tf.Tensor) -> tf.Tensor:
    """(m, width, taps, filters) -> (m, longer, filters): tap t of p adds to p + dilation t."""
    _, width, taps, _ = products.shape
    if dilation == 1 and width < taps:
        terms = [(place, products[:, place]) for place in range(width)]
    else:
        terms = [(dilation * tap, products[:, :, tap]) for tap in range(taps)]
    longer = width + dilation * (taps - 1)
    return sum(
        tf.pad(term, [[0, 0], [first, longer - first - term.shape[1]], [0, 0]])
        for first, term in terms
    )
