"""The affine layers that a network begins with, apart from the rest of it.

The head turns a straight line into a straight line, of which the two ends say all. The way back
through it is linear, so that a weighted sum of gradients goes back like one of them. All points of
a path share one pass through the head, each way.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

import keras
import tensorflow as tf
from keras import layers

from chromolens.models import differentiable
from chromolens.models.graph import chain, walk
from chromolens.models.kinds import IDENTITIES, MOVING, Kind, in_float32, kind_of
from chromolens.models.targets import Target

_AFFINE = (layers.BatchNormalization, layers.ZeroPadding1D, *IDENTITIES, *MOVING)


@dataclass(frozen=True)
class Parts:
    """A network cut in two: ``rest(head(inputs))`` are the outputs.

    ``head`` (n, length, channels) -> (n, ...) is affine, ``size`` numbers for each row; ``rest``
    takes them, and gives a list.
    """

    head: Callable[[tf.Tensor], tf.Tensor]
    rest: Callable[[tf.Tensor], list[tf.Tensor]]
    size: int


def whole(target: Target) -> Parts:
    """Nothing apart: the head hands on what it gets."""
    size = math.prod(target.graph.inputs[0].shape[1:])
    return Parts(lambda inputs: inputs, target.outputs, size)


def apart(target: Target) -> Parts:
    """The first layers up to the first nonlinearity, which may be a layer's own activation."""
    nodes = list(takewhile(lambda node: _begins(node.operation), chain(target.graph)))
    # what comes behind the first activation is no longer affine
    bent = [number for number, node in enumerate(nodes) if _bends(node.operation)]
    nodes = nodes[: bent[0] + 1] if bent else nodes
    if not nodes:
        return whole(target)
    steps = [node.operation for node in nodes]
    behind = keras.Model(nodes[-1].outputs[0], target.graph.outputs)
    activation = steps[-1].activation if bent else keras.activations.linear

    def head(inputs: tf.Tensor) -> tf.Tensor:
        for step in steps:
            weighted = Kind.WEIGHTS in kind_of(step)
            call = differentiable.before_activation if weighted else differentiable.call
            inputs = call(step, inputs)
        return inputs

    def rest(hidden: tf.Tensor) -> list[tf.Tensor]:
        return walk(behind, activation(hidden), differentiable.call)

    return Parts(head, rest, math.prod(behind.inputs[0].shape[1:]))


def _begins(layer: keras.Operation) -> bool:
    """Whether ``layer``, its activation apart, is affine and one of the kinds known here."""
    return in_float32(layer) and (type(layer) in _AFFINE or Kind.WEIGHTS in kind_of(layer))


def _bends(layer: keras.Operation) -> bool:
    activation = getattr(layer, "activation", keras.activations.linear)
    return activation is not keras.activations.linear
