"""The target of versions of an input that differ at one position.

The network is read as far as it is a chain of convolutions, functions of each position and
poolings: changes of single positions are carried through it. Nothing is approximated: at a layer
of another kind the chain ends, and what comes behind is asked as it is.

There a join takes the change of the last stretch of layers to the whole of what comes next, for
each version of the input: (c, v, width, channels) -> (c v, ...).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from chromolens.attribution.mutants.changes import (
    POOLS,
    Convolution,
    Pointwise,
    at,
    inside,
    place_change,
)
from chromolens.models.graph import chain
from chromolens.models.kinds import (
    Kind,
    by_position,
    by_window,
    in_float32,
    is_by_position,
    kind_of,
    over_all_positions,
)
from chromolens.models.logits import linear_part
from chromolens.models.reach import Windows
from chromolens.models.targets import Target


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
        there = place_change(change, at(-self.before.first, where), self.length)
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
        there = place_change(change, start - first, width)
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


GLOBAL = {layers.GlobalMaxPooling1D: Maximum, layers.GlobalAveragePooling1D: Average}


@dataclass(frozen=True)
class Propagation:
    """A network as steps that changes go through, a join, and the rest of it."""

    steps: tuple[Convolution | Pointwise, ...]
    join: Whole
    rest: Callable

    def outputs(self, row: tf.Tensor) -> Callable:
        """What the graph gives for changed versions of ``row`` (length, channels).

        A function (change (c, v, 1, channels), where (c,)) -> list of outputs (c v, ...).
        """
        contexts = [row[None]]
        for step in self.steps:
            contexts.append(step.whole(contexts[-1]))
        *contexts, last = [context[0] for context in contexts]
        shared = self.join.prepared(last)

        def changed(change: tf.Tensor, where: tf.Tensor) -> list[tf.Tensor]:
            for step, context in zip(self.steps, contexts, strict=True):
                change = step.change(change, context, where)
            joined = self.join.joined(change, shared, where)
            return keras.tree.flatten(self.rest(joined, training=False))

        return changed

    def pays(self) -> bool:
        """Whether carrying changes takes clearly less work than asking the network anew."""
        changed, whole = sum(part.costs() for part in (*self.steps, self.join))
        return 1.5 * changed < whole


def read(target: Target, length: int) -> Propagation | None:
    """The propagation through ``target.graph``, or None where it does not begin with a chain."""
    graph = target.graph
    nodes = [node for node in chain(graph) if not _changes_nothing(node.operation)]
    known = list(takewhile(_is_known, [node.operation for node in nodes]))
    if not known:
        return None
    steps = _steps(known, (None, length, graph.inputs[0].shape[2]))
    join, joining = _join([node.operation for node in nodes[len(known) :]], steps[-1])
    last = nodes[len(known) + joining - 1].outputs[0]
    return Propagation(tuple(steps), join, keras.Model(last, graph.outputs))


def _steps(known: list[layers.Layer], shape: tuple) -> list[Convolution | Pointwise]:
    steps = [Pointwise((), None, (shape[1],) * 2, shape[2], Windows(np.arange(shape[1]), 1))]
    for layer in known:
        before, shape = shape, layer.compute_output_shape(shape)
        windows = steps[-1].after
        if isinstance(layer, layers.Conv1D):
            steps.append(Convolution.of(layer, (before[1], shape[1]), windows))
            functions, windows = (layer.activation,), steps[-1].after
            steps.append(Pointwise(functions, None, (shape[1],) * 2, shape[2], windows))
        elif steps[-1].pool is None:
            steps[-1] = steps[-1].then(layer, shape[1])
        else:
            fresh = Pointwise((), None, (before[1],) * 2, shape[2], windows)
            steps.append(fresh.then(layer, shape[1]))
    return steps


def _join(behind: list[layers.Layer], last: Pointwise) -> tuple[Whole, int]:
    """The join behind the steps, and how many of the layers ``behind`` them are part of it."""
    place = (last.after, last.lengths[1])
    behind = list(takewhile(in_float32, behind[:2]))
    kinds = [type(layer) for layer in behind]
    if behind and over_all_positions(behind[0]):
        return GLOBAL[kinds[0]](*place), 1
    if kinds == [layers.Flatten, layers.Dense] and is_by_position(behind[1].activation):
        return FlatDense(*place, behind[1]), 2
    return Whole(*place), 0


def _is_known(layer: layers.Layer) -> bool:
    if not in_float32(layer):
        return False
    if type(layer) is layers.Conv1D:
        return by_window(layer) and layer.groups == 1
    return by_position(layer) or (by_window(layer) and type(layer) in POOLS)


def _changes_nothing(layer: layers.Layer) -> bool:
    return Kind.IDENTITY in kind_of(layer) and in_float32(layer)


Scan = Callable[[tf.Tensor, list, tf.Tensor], tf.Tensor]


def scanner(target: Target, length: int, size: int) -> Scan:
    """(row (length, channels), frozen, versions (length, v, channels)) -> (length, v, tasks).

    ``size`` is how many versions are asked together. By carrying the change through the network
    where it begins with a chain of layers that allows it, and that takes less; else by asking
    it anew. The two agree but for rounding.
    """
    propagation = read(target, length)
    outputs = propagation.outputs if propagation and propagation.pays() else _anew(target)

    def scan(row: tf.Tensor, frozen: list, versions: tf.Tensor) -> tf.Tensor:
        ask, count = outputs(row), max(1, size // versions.shape[1])

        def some(where: tf.Tensor) -> tf.Tensor:
            change = tf.gather(versions, where) - tf.gather(row, where)[:, None]
            return target.read(ask(change[:, :, None], where), frozen)

        runs = -(-length // count)
        wheres = np.arange(runs * count).clip(0, length - 1).reshape(runs, count)
        values = tf.map_fn(
            some,
            tf.constant(wheres, tf.int32),
            fn_output_signature=tf.float32,
            parallel_iterations=1,
        )
        return tf.reshape(values, [runs * count, versions.shape[1], -1])[:length]

    return scan


def _anew(target: Target) -> Callable:
    """Brute force: like ``Propagation.outputs``, every version a forward pass."""

    def outputs(row: tf.Tensor) -> Callable:
        def changed(change: tf.Tensor, where: tf.Tensor) -> list[tf.Tensor]:
            there = tf.one_hot(where, row.shape[0])[:, None, :, None]
            return target.outputs(tf.reshape(row + there * change, [-1, *row.shape]))

        return changed

    return outputs
