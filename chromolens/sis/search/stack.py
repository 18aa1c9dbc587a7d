"""Reading a model as [convolutions] -> global pooling -> head, where it has that form.

There may be several poolings side by side, each of a stretch of the positions.

Coordinates: every convolution is read as a valid one, whose output u sees the inputs u to
u + span, span = (kernel - 1) * dilation; padding only moves the range of outputs that
exist, from ``Conv.first`` to ``Conv.last`` (exclusive). The inputs are at 0 to length.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from chromolens.models.graph import chain, readers
from chromolens.models.kinds import (
    Kind,
    by_position,
    by_window,
    in_float32,
    kind_of,
    over_all_positions,
)
from chromolens.models.model import Model
from chromolens.models.reach import reach_of
from chromolens.models.targets import Target, target_function

POOLS = {
    keras.layers.GlobalMaxPooling1D: np.maximum,
    keras.layers.GlobalAveragePooling1D: np.add,
}
INCREASING = ("linear", "relu", "elu", "selu", "softplus", "sigmoid", "tanh", "softsign")


@dataclass(frozen=True)
class Conv:
    """One convolution and what follows it at each position.

    ``kernel`` float32 (k, in, out) and ``bias`` (out,), a batch normalisation straight behind
    the convolution multiplied in; ``after`` the layers and activations up to the next one.
    """

    kernel: np.ndarray
    bias: np.ndarray
    dilation: int
    first: int
    last: int
    after: tuple[Callable, ...]

    @property
    def span(self) -> int:
        """Inputs seen by one output, less one."""
        return (len(self.kernel) - 1) * self.dilation


@dataclass(frozen=True)
class Stack:
    """A model of the form convolutions -> global pooling -> head.

    ``pool`` is ``np.maximum`` or ``np.add`` (average pooling: the head divides by the length) of
    each of ``stretches``, from its first output of the last convolution to its last (exclusive);
    ``head`` maps what they left, a tensor (n, stretches * filters), to the target (n, 1).
    """

    convs: tuple[Conv, ...]
    pool: np.ufunc
    stretches: tuple[tuple[int, int], ...]
    head: Callable

    @property
    def span(self) -> int:
        """Inputs seen by one pooled position, less one."""
        return sum(conv.span for conv in self.convs)

    @property
    def deeper(self) -> int:
        """Outputs of the first convolution seen by one pooled position, less one."""
        return self.span - self.convs[0].span


def read_stack(model: Model, length: int, task: int, target: str) -> Stack | None:
    """``model`` of inputs (n, length, channels) as a stack, or None where it has another form."""
    asked = target_function(model, [task], target)
    form = _form(asked.graph)
    if form is None or not all(_readable(layer) for layer in form.layers):
        return None
    convs = _convs(form.layers, length)
    if not convs:
        return None
    last, late = convs[-1], ()
    if form.pool is np.maximum and all(_increasing(step) for step in last.after):
        # an increasing function commutes with the maximum: cheaper behind the pooling
        late = last.after
        convs[-1] = replace(last, after=())
    stretches = tuple((last.first + left, last.last - right) for left, right in form.cropped)
    lengths = [1 if form.pool is np.maximum else end - start for start, end in stretches]
    divisor = np.repeat(lengths, len(last.bias)).astype(np.float32)
    head = _head(asked, form.pooled, late, divisor)
    return Stack(tuple(convs), form.pool, stretches, head)


class _Form(NamedTuple):
    """``layers`` up to the poolings, what each of these crops left and right, what they leave."""

    layers: list
    pool: np.ufunc
    cropped: list[tuple[int, int]]
    pooled: object


def _form(graph: keras.Model) -> _Form | None:
    nodes = chain(graph)
    layers = [node.operation for node in nodes]
    for place, layer in enumerate(layers):
        if over_all_positions(layer):
            return _Form(layers[:place], POOLS[type(layer)], [(0, 0)], nodes[place].outputs[0])
    return _side_by_side(graph, layers, nodes[-1].outputs[0]) if nodes else None


def _side_by_side(graph: keras.Model, layers: list, forked: object) -> _Form | None:
    """Poolings that all read ``forked``, behind a cropping or not, and nothing but one join."""
    branches = {}
    for node in readers(graph, forked):
        cropped = (0, 0)
        if type(node.operation) is keras.layers.Cropping1D and in_float32(node.operation):
            cropped, following = node.operation.cropping, readers(graph, node.outputs[0])
            if len(following) != 1:
                return None
            node = following[0]
        if not over_all_positions(node.operation) or not in_float32(node.operation):
            return None
        branches[id(node.outputs[0])] = type(node.operation), cropped, node.outputs[0]
    joins = [node for *_, pooled in branches.values() for node in readers(graph, pooled)]
    if not joins or any(node is not joins[0] for node in joins) or not _joins(joins[0].operation):
        return None
    given = [branches.get(id(tensor)) for tensor in joins[0].input_tensors]
    if None in given or len(given) != len(joins) or len({kind for kind, *_ in given}) != 1:
        return None
    cropped = [tuple(sides) for _, sides, _ in given]
    return _Form(layers, POOLS[given[0][0]], cropped, joins[0].outputs[0])


def _joins(layer: keras.Operation) -> bool:
    return type(layer) is keras.layers.Concatenate and layer.axis in (-1, 1) and in_float32(layer)


def _readable(layer: keras.layers.Layer) -> bool:
    if not in_float32(layer):
        return False
    if type(layer) is keras.layers.Conv1D:
        return by_window(layer) and layer.groups == 1 and layer.strides == (1,)
    return by_position(layer)


def _convs(layers: list, length: int) -> list[Conv]:
    convs, first, last = [], 0, length
    for layer in layers:
        if isinstance(layer, keras.layers.Conv1D):
            convs.append(_conv(layer, first, last))
            first, last = convs[-1].first, convs[-1].last
        elif Kind.IDENTITY in kind_of(layer):
            continue
        elif not convs:
            return []
        else:
            convs[-1] = _followed(convs[-1], layer)
    return convs


def _conv(layer: keras.layers.Conv1D, first: int, last: int) -> Conv:
    kernel, dilation = np.asarray(layer.kernel, np.float32), layer.dilation_rate[0]
    reach = reach_of(layer, last - first)
    last -= reach.span if layer.padding == "valid" else reach.left
    bias = np.asarray(layer.bias) if layer.use_bias else np.zeros(kernel.shape[-1], np.float32)
    after = () if layer.activation is keras.activations.linear else (layer.activation,)
    return Conv(kernel, bias, dilation, first - reach.left, last, after)


def _followed(conv: Conv, layer: keras.layers.Layer) -> Conv:
    if isinstance(layer, keras.layers.BatchNormalization) and not conv.after:
        shift = np.asarray(layer(tf.zeros((1, 1, len(conv.bias))), training=False))[0, 0]
        scale = np.asarray(layer(tf.ones((1, 1, len(conv.bias))), training=False))[0, 0] - shift
        kernel, bias = conv.kernel * scale, conv.bias * scale + shift
        return replace(conv, kernel=kernel, bias=bias)
    return replace(conv, after=(*conv.after, layer))


def _increasing(step: Callable) -> bool:
    if isinstance(step, keras.layers.ReLU):
        return step.threshold == 0 and step.negative_slope >= 0
    function = step.activation if isinstance(step, keras.layers.Activation) else step
    return getattr(function, "__name__", "") in INCREASING


def _head(
    asked: Target, pooled: object, late: tuple[Callable, ...], divisor: np.ndarray
) -> Callable:
    """What is behind the pooling, as a function of tensors (n, stretches * filters) -> (n, 1)."""
    behind = keras.Model(pooled, asked.graph.outputs)

    def head(values: tf.Tensor) -> tf.Tensor:
        for step in late:
            values = step(values)
        outputs = keras.tree.flatten(behind(values / divisor, training=False))
        return asked.read(outputs, asked.freeze(outputs))

    return head
