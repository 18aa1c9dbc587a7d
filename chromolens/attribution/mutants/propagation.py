"""Reading a network so that changes of single positions can be carried through it.

It is read as far as it is a chain of convolutions, functions of each position and poolings; what
comes behind is asked as it is. Nothing is approximated: at a layer of another kind the chain
ends.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from chromolens.attribution.mutants.changes import POOLS, Convolution, Pointwise
from chromolens.attribution.mutants.joins import Average, FlatDense, Maximum, Whole
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
from chromolens.models.reach import Windows
from chromolens.models.targets import Target

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
