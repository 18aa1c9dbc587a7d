"""Reading a model as [convolutions] -> global pooling -> head, where it has that form.

Coordinates: every convolution is read as a valid one, whose output u sees the inputs u to
u + span, span = (kernel - 1) * dilation; padding only moves the range of outputs that
exist, from ``Conv.first`` to ``Conv.last`` (exclusive). The inputs are at 0 to length.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import keras
import numpy as np
import tensorflow as tf

from chromolens.models.graph import chain
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

    ``pool`` is ``np.maximum`` or ``np.add`` (average pooling: the head divides by the length);
    ``head`` maps what ``pool`` left, a tensor (n, filters), to the target (n, 1).
    """

    convs: tuple[Conv, ...]
    pool: np.ufunc
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
    chain, pooled = _chain(asked.graph)
    if not chain or not all(_readable(layer) for layer in chain[:-1]):
        return None
    *layers, pool = chain
    convs = _convs(layers, length)
    if not convs:
        return None
    operation = POOLS[type(pool)]
    late = ()
    if operation is np.maximum and all(_increasing(step) for step in convs[-1].after):
        # an increasing function commutes with the maximum: cheaper behind the pooling
        late = convs[-1].after
        convs[-1] = replace(convs[-1], after=())
    divisor = 1 if operation is np.maximum else convs[-1].last - convs[-1].first
    return Stack(tuple(convs), operation, _head(asked, pooled, late, divisor))


def _chain(graph: keras.Model) -> tuple[list, object]:
    """Layers from the input to the first global pooling, and its output; none of another form."""
    nodes = chain(graph)
    places = [place for place, node in enumerate(nodes) if over_all_positions(node.operation)]
    if not places:
        return [], None
    found = nodes[: places[0] + 1]
    return [node.operation for node in found], found[-1].outputs[0]


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


def _head(asked: Target, pooled: object, late: tuple[Callable, ...], divisor: int) -> Callable:
    """What is behind the pooling, as a function of tensors (n, filters) -> (n, 1)."""
    behind = keras.Model(pooled, asked.graph.outputs)

    def head(values: tf.Tensor) -> tf.Tensor:
        for step in late:
            values = step(values)
        outputs = keras.tree.flatten(behind(values / divisor, training=False))
        return asked.read(outputs, asked.freeze(outputs))

    return head
