"""The outputs of a network before its last sigmoid or softmax.

Attributions explain logits: a saturated sigmoid has no slope left, and a softmax lets every
class answer for every other. The weights are those of the network itself, not copies.

The last squashing function needn't be the last layer. From an output the graph is walked back, and
each tensor on the way ends in one of these ways (``Squashed``):

============  =================================================================================
``FREE``      by weights, or by numbers of which one at least is free: nothing squashes it
``INPUT``     of the network's input alone
``SIGMOID``   a sigmoid at every place: its logits may be moved, picked and compared as it is
``SOFTMAX``   one softmax of a row: its logits may be moved, as long as all stay together
``JOINED``    several of these side by side, each place with its own logit
``LOST``      a function of squashed numbers (a mean of two strands): there is no logit
============  =================================================================================

What seems free may squash in a way that no name tells (``1 / (1 + exp(-x))``). So an output that
isn't plainly linear in weights is asked: if it stays between 0 and 1 whatever numbers the weights
give, it isn't free.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from chromolens.models.foreign.network import Opaque
from chromolens.models.graph import (
    functional,
    is_graph,
    operations,
    producer,
    remade,
    single,
    takes_constants,
)
from chromolens.models.kinds import IDENTITIES, MOVING, Kind, kind_of
from chromolens.models.maxima import MAXIMA

SIGMOIDS = (
    *(keras.activations.sigmoid, keras.activations.log_sigmoid, keras.ops.sigmoid),
    *(keras.ops.log_sigmoid, tf.sigmoid, tf.math.log_sigmoid),
)
SOFTMAXES = (
    *(keras.activations.softmax, keras.activations.log_softmax, keras.ops.softmax),
    *(keras.ops.log_softmax, tf.nn.softmax, tf.nn.log_softmax),
)
_SIGMOID_OPERATIONS = tuple(operations("Sigmoid LogSigmoid"))
_SOFTMAX_OPERATIONS = (layers.Softmax, *operations("Softmax LogSoftmax"))
_JOINS = (
    layers.Concatenate,
    *operations("Append Concatenate Dstack Hstack Stack Vstack"),
)
_MOVES = (
    *(*_JOINS, *IDENTITIES, *MOVING),
    *operations(
        "ArraySplit BroadcastTo Cast Copy ExpandDims Flip Fliplr Flipud GetItem Hsplit Moveaxis "
        "Ravel Repeat Reshape Roll Slice Split Squeeze StopGradient Swapaxes Tile Transpose "
        "Unstack Vsplit"
    ),
)
_PICKS = tuple(operations("Take TakeAlongAxis"))
_ONE_OF = (*_MOVES, *_PICKS, *MAXIMA, *operations("Select Where"))
"""A free number among the inputs of these doesn't free the others."""
_ROWS, _SPREAD, _LENGTH = 64, 10.0, 100


class Squashed(Enum):
    """How the numbers of a tensor end: see the module."""

    FREE = auto()
    INPUT = auto()
    SIGMOID = auto()
    SOFTMAX = auto()
    JOINED = auto()
    LOST = auto()


_HAVE_LOGITS = {Squashed.SIGMOID, Squashed.SOFTMAX, Squashed.JOINED}


@dataclass(frozen=True)
class Ending:
    """How a tensor ends; ``tensor`` before it is squashed, else as it is; ``why`` it is lost."""

    kind: Squashed
    tensor: object
    why: str = ""


@dataclass(frozen=True)
class Logits:
    """A network's logits.

    Attributes
    ----------
    network : keras.Model
        The same outputs, each before it was squashed where that is known.
    unclear
        Place of each output that has no logit -> why.
    joined
        Places of the outputs whose columns aren't logits of one softmax.
    softmax
        Places of the outputs that are one softmax.
    """

    network: keras.Model
    unclear: dict[int, str]
    joined: frozenset[int]
    softmax: frozenset[int]


class Preactivation(keras.layers.Layer):
    """What ``layer``, one of ``WEIGHTED``, computes before its activation; shares its weights."""

    def __init__(self, layer: keras.layers.Layer):
        super().__init__(name=f"{layer.name}_preactivation")
        self.layer = layer
        self.built = True

    def call(self, inputs: object) -> object:
        """float (n, ..., units), like the layer's output."""
        return linear_part(self.layer, inputs)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """The layer's own output shape."""
        return self.layer.compute_output_shape(input_shape)


def linear_part(layer: keras.layers.Layer, inputs: object) -> object:
    """``layer`` (one of ``WEIGHTED``) applied without its activation."""
    activation, layer.activation = layer.activation, keras.activations.linear
    try:
        return layer.call(inputs)
    finally:
        layer.activation = activation


def logits_of(network: keras.Model, declared: frozenset[int] = frozenset()) -> Logits:
    """The logits of ``network``.

    Where none can be seen, an output at one of the places ``declared`` is taken as it is.
    """
    endings = _Endings()
    found = [endings.checked(output) for output in network.outputs]
    lost = {place: one.why for place, one in enumerate(found) if one.kind is Squashed.LOST}
    return Logits(
        keras.Model(single(network.inputs), single([one.tensor for one in found])),
        {place: why for place, why in lost.items() if place not in declared},
        *(
            frozenset(place for place, one in enumerate(found) if one.kind is kind)
            for kind in (Squashed.JOINED, Squashed.SOFTMAX)
        ),
    )


class _Endings:
    """The endings of a network's tensors, each worked out once."""

    def __init__(self) -> None:
        self._known: dict[int, Ending] = {}
        self._unsquashed: dict[int, keras.layers.Layer | None] = {}

    def checked(self, output: object) -> Ending:
        """How an output ends; ``LOST`` too where it is squashed in a way that isn't known."""
        ending = self.of(output)
        if ending.kind in (Squashed.FREE, Squashed.INPUT) and _is_confined(output):
            why = "it stays between 0 and 1, and what keeps it there isn't known"
            return Ending(Squashed.LOST, output, why)
        return ending

    def of(self, tensor: object) -> Ending:
        """How ``tensor`` ends."""
        if id(tensor) not in self._known:
            self._known[id(tensor)] = self._read(tensor)
        return self._known[id(tensor)]

    def _read(self, tensor: object) -> Ending:
        layer, inputs, place = producer(tensor)
        if not inputs:
            return Ending(Squashed.INPUT, tensor)
        if isinstance(layer, Opaque):
            return Ending(Squashed.LOST, tensor, f"its layers aren't known ({layer.reason[:300]})")
        kind = _squashing(layer, tensor.shape)
        if kind is not None:
            linear = self._unsquashed.setdefault(id(layer), unsquashed(layer))
            return Ending(kind, linear(inputs[0]) if linear else inputs[0])
        if is_graph(layer):
            ending = self.of(functional(layer).outputs[place])
            if ending.kind in _HAVE_LOGITS:
                nested = self._unsquashed.setdefault(id(layer), unsquashed(layer))
                return Ending(ending.kind, keras.tree.flatten(nested(single(inputs)))[place])
            if ending.kind is not Squashed.INPUT:
                return Ending(ending.kind, tensor, ending.why)
        elif _mixes(layer):
            return Ending(Squashed.FREE, tensor)
        return _passed_on(tensor, layer, [self.of(one) for one in inputs])


def unsquashed(layer: keras.Operation) -> keras.layers.Layer | None:
    """``layer``, which ends in a squashing function, without it; None if it is nothing else."""
    if isinstance(layer, layers.TimeDistributed):
        inner = unsquashed(layer.layer)
        return None if inner is None else layers.TimeDistributed(inner)
    if is_graph(layer):
        return logits_of(functional(layer)).network
    return Preactivation(layer) if Kind.WEIGHTS in kind_of(layer) else None


def _squashing(layer: keras.Operation, shape: tuple) -> Squashed | None:
    """What ``layer`` does last to an output of ``shape``; None if that is no squashing."""
    if isinstance(layer, layers.TimeDistributed):
        step = (shape[0], *shape[2:])
        if is_graph(layer.layer):
            kind = _Endings().of(functional(layer.layer).outputs[0]).kind
            kind = kind if kind in _HAVE_LOGITS else None
        else:
            kind = _squashing(layer.layer, step)
        return Squashed.JOINED if kind is Squashed.SOFTMAX and shape[1] != 1 else kind
    if type(layer) in _SIGMOID_OPERATIONS:
        return Squashed.SIGMOID
    if type(layer) in _SOFTMAX_OPERATIONS:
        return _of_softmax(layer.axis, shape)
    if type(layer) is not layers.Activation and Kind.WEIGHTS not in kind_of(layer):
        return None
    function = layer.activation
    if isinstance(function, keras.Operation):
        return _squashing(function, shape)
    if function in SOFTMAXES:
        return _of_softmax(-1, shape)
    return Squashed.SIGMOID if function in SIGMOIDS else None


def _of_softmax(axis: int | Sequence[int], shape: tuple) -> Squashed:
    one = (
        [size for size in shape[1:] if size != 1] == [shape[axis]] if isinstance(axis, int) else 0
    )
    return Squashed.SOFTMAX if one else Squashed.JOINED


def _mixes(layer: keras.Operation) -> bool:
    """Whether ``layer`` makes new numbers of its inputs' by weights; scales alone don't."""
    if Kind.IN_PLACE in kind_of(layer):
        return False
    return any(len(weight.shape) > 1 for weight in getattr(layer, "weights", ()))


def _passed_on(tensor: object, layer: keras.Operation, ends: list[Ending]) -> Ending:
    """The ending of what ``layer``, without a matrix of weights, makes of tensors that end so."""
    kinds = {one.kind for one in ends} - {Squashed.INPUT}
    if kinds <= {Squashed.FREE}:
        return Ending(kinds.pop() if kinds else Squashed.INPUT, tensor)
    kind = _moved(tensor, layer, kinds)
    if kind is not None:
        return Ending(kind, remade(tensor, [one.tensor for one in ends]))
    if Squashed.FREE in kinds and type(layer) not in _ONE_OF:
        return Ending(Squashed.FREE, tensor)
    found = f"layer {layer.name!r} computes with it after it was squashed"
    return Ending(Squashed.LOST, tensor, next((one.why for one in ends if one.why), found))


def _moved(tensor: object, layer: keras.Operation, kinds: set[Squashed]) -> Squashed | None:
    """The kind of the logits that ``layer`` moves as it moves what was squashed, if it does."""
    if Squashed.LOST in kinds or "float" not in tensor.dtype:
        return None
    if type(layer) in (*MAXIMA, *_JOINS) and takes_constants(tensor):
        return None
    each = kinds == {Squashed.SIGMOID}
    if type(layer) in MAXIMA and getattr(layer, "initial", None) is None or type(layer) in _PICKS:
        return Squashed.SIGMOID if each else None
    if type(layer) in _JOINS:
        return Squashed.SIGMOID if each else Squashed.JOINED
    if not _moves(layer) or not (each or _keeps_all(tensor)):
        return None
    return kinds.pop()


def _moves(layer: keras.Operation) -> bool:
    """Whether every number that comes out of ``layer`` is one that went in."""
    plain = type(layer) is layers.Activation and layer.activation is keras.activations.linear
    return plain or type(layer) in _MOVES


def _keeps_all(tensor: object) -> bool:
    """Whether the one operation that makes ``tensor`` drops none of its input's numbers."""
    before, after = (one.shape[1:] for one in (producer(tensor).inputs[0], tensor))
    return before == after or (
        None not in (*before, *after) and math.prod(before) <= math.prod(after)
    )


def _is_confined(output: object) -> bool:
    """Whether a column of ``output`` stays between 0 and 1, whatever numbers weights give."""
    layer = producer(output).operation
    if Kind.WEIGHTS in kind_of(layer) and activation_name(layer) == "linear":
        return False
    values = np.asarray(_Numbers(_ROWS if len(output.shape) == 2 else _ROWS // 4).of(output))
    values = np.nan_to_num(values.reshape(-1, values.shape[-1]), nan=0.5)
    return bool(((values.min(axis=0) >= 0) & (values.max(axis=0) <= 1)).any())


class _Numbers:
    """Tensors of a network where all that weights make is drawn at random instead."""

    def __init__(self, rows: int, known: dict[int, object] | None = None):
        self._rows, self._known = rows, known or {}
        self._rng = np.random.default_rng(0)

    def of(self, tensor: object) -> object:
        """Numbers (rows, ...) in the place of ``tensor``."""
        if id(tensor) not in self._known:
            self._known[id(tensor)] = self._made(tensor)
        return self._known[id(tensor)]

    def _made(self, tensor: object) -> object:
        layer, inputs, place = producer(tensor)
        if not inputs or type(layer) is layers.Embedding:
            return self._drawn(tensor)
        if Kind.WEIGHTS in kind_of(layer):
            return layer.activation(self._drawn(tensor))
        values = [self.of(one) for one in inputs]
        if not is_graph(layer):
            return remade(tensor, values)
        inner = functional(layer)
        given = {id(one): value for one, value in zip(inner.inputs, values, strict=True)}
        return _Numbers(self._rows, given).of(inner.outputs[place])

    def _drawn(self, tensor: object) -> tf.Tensor:
        shape = [size or _LENGTH for size in tensor.shape[1:]]
        return tf.cast(self._rng.normal(0, _SPREAD, (self._rows, *shape)), tensor.dtype)


def activation_name(layer: keras.layers.Layer, attribute: str = "activation") -> str:
    """Name of the function a layer applies to its outputs (``linear`` for none)."""
    function = getattr(layer, attribute)
    return getattr(function, "__name__", type(function).__name__)
