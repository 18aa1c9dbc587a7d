"""Where the changes of a few positions meet the rest of the network: from there on all changes.

A join takes the change of the last stretch of layers to the whole of what comes next, for each
version of the input: (c, v, width, channels) -> (c v, ...).
"""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from keras import layers

from chromolens.attribution.mutants.changes import at, inside, placed
from chromolens.models.logits import linear_part
from chromolens.models.reach import Windows


@dataclass(frozen=True)
class Whole:
    """Nothing is saved from here on: what stood before, with the change added."""

    before: Windows
    length: int

    def costs(self) -> np.ndarray:
        """Multiply-adds of one change, and of the whole layer."""
        return np.zeros(2)

    def prepared(self, context: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """What all changes share; ``context`` (length, channels) stands there without one."""
        return (context,)

    def joined(self, change: tf.Tensor, shared: tuple, where: tf.Tensor) -> tf.Tensor:
        """Inputs (c v, length, channels) of what comes next."""
        there = placed(change, at(-self.before.first, where), self.length)
        return tf.reshape(shared[0] + there, [-1, *shared[0].shape])


@dataclass(frozen=True)
class Average(Whole):
    """GlobalAveragePooling1D: the mean and the mean change."""

    def joined(self, change: tf.Tensor, shared: tuple, where: tf.Tensor) -> tf.Tensor:
        """Inputs (c v, channels) of what comes next."""
        mean = tf.reduce_mean(shared[0], axis=0) + tf.reduce_sum(change, axis=2) / self.length
        return tf.reshape(mean, [-1, mean.shape[2]])


@dataclass(frozen=True)
class Maximum(Whole):
    """GlobalMaxPooling1D: the largest of what is left of the window, right of it, and in it."""

    def prepared(self, context: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """The context, and the largest of its first i and of its places from i on."""
        lowest = tf.fill([1, context.shape[1]], context.dtype.min)
        left = tf.concat([lowest, _running_maximum(context)], axis=0)
        right = tf.concat([lowest, _running_maximum(context[::-1])], axis=0)[::-1]
        return context, left, right

    def joined(self, change: tf.Tensor, shared: tuple, where: tf.Tensor) -> tf.Tensor:
        """Inputs (c v, channels) of what comes next."""
        context, left, right = shared
        places, exist = inside(self.before, where, self.length)
        values = tf.where(exist, tf.gather(context, places)[:, None] + change, change.dtype.min)
        first = self.before.first.clip(0, self.length)
        last = (self.before.first + self.before.width).clip(0, self.length)
        rest = tf.maximum(tf.gather(left, at(first, where)), tf.gather(right, at(last, where)))
        largest = tf.maximum(tf.reduce_max(values, axis=2), rest[:, None])
        return tf.reshape(largest, [-1, largest.shape[2]])


@dataclass(frozen=True)
class FlatDense(Whole):
    """Flatten, then Dense: what it gave, and the change times the weights of its places.

    Windows of neighbouring positions overlap, so one slice of the weights serves them all.
    """

    layer: layers.Dense

    def costs(self) -> np.ndarray:
        """Multiply-adds of one change, and of the whole layer."""
        each = self.layer.kernel.shape.num_elements() // self.length
        return np.array([self.before.width, self.length]) * each

    def prepared(self, context: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """The layer without its activation (1, units), and its weights (length, ...)."""
        before = linear_part(self.layer, tf.reshape(context, [1, -1]))
        return before, tf.reshape(self.layer.kernel, [*context.shape, -1])

    def joined(self, change: tf.Tensor, shared: tuple, where: tf.Tensor) -> tf.Tensor:
        """Outputs (c v, units) of the dense layer."""
        before, weights = shared
        width = min(self.length, self.before.width + self._spread(change.shape[0]))
        first = at(self.before.first, where)
        start = tf.clip_by_value(first[0], 0, self.length - width)
        there = placed(change, start - first, width)
        rows = tf.reshape(there, [there.shape[0] * there.shape[1], -1])
        used = tf.reshape(weights[start : start + width], [rows.shape[1], -1])
        return self.layer.activation(before + tf.matmul(rows, used))

    def _spread(self, count: int) -> int:
        """How far the windows of ``count`` positions in a row begin from each other, at most."""
        first = self.before.first
        ends = np.minimum(np.arange(len(first)) + count, len(first)) - 1
        return int((first[ends] - first).max())


def _running_maximum(values: tf.Tensor) -> tf.Tensor:
    """Along the first axis, in as many steps as doublings reach its end."""
    reach, length = 1, values.shape[0]
    while reach < length:
        shifted = tf.pad(values[:-reach], [[reach, 0], [0, 0]], constant_values=values.dtype.min)
        values, reach = tf.maximum(values, shifted), 2 * reach
    return values
