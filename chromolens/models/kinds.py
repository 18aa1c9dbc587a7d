"""Kinds of layers: one table of what a layer does to positions and channels, and questions to it.

The table says what holds of a class whatever its settings, and whatever a class made from it
keeps. Who works out apart what a layer does, and not by the layer itself, asks the functions
below: they look at the class itself, and at the settings.
"""

from collections.abc import Callable
from enum import Flag, auto

import keras
import tensorflow as tf
from keras import layers


class Kind(Flag):
    """What a layer does. Positions and channels are the axes of (n, positions, channels)."""

    IN_PLACE = auto()
    """Leaves position and channel where they are: what it gives has the shape of its input."""
    IDENTITY = auto()
    """Changes nothing at inference."""
    RANDOM = auto()
    """Draws numbers in training."""
    SLIDES = auto()
    """Gives at each position a function of a window of positions, along one axis."""
    POOLS = auto()
    """Takes the maximum or the mean of several positions."""
    MOVES = auto()
    """Gives the numbers that it gets, at other places, some of them left out or repeated."""
    WEIGHTS = auto()
    """Is linear by its weights, then applies ``layer.activation``."""


_UNCHANGED = Kind.IDENTITY | Kind.IN_PLACE
_NOISE = _UNCHANGED | Kind.RANDOM
_CONVOLUTION = Kind.SLIDES | Kind.WEIGHTS
_POOLING = Kind.SLIDES | Kind.POOLS

LAYERS = {
    layers.Activation: Kind.IN_PLACE,
    layers.ActivityRegularization: _UNCHANGED,
    layers.AlphaDropout: _NOISE,
    layers.AveragePooling1D: _POOLING,
    layers.BatchNormalization: Kind.IN_PLACE,
    layers.Conv1D: _CONVOLUTION,
    layers.Conv1DTranspose: Kind.WEIGHTS,
    layers.Conv2D: Kind.WEIGHTS,
    layers.Conv2DTranspose: Kind.WEIGHTS,
    layers.Cropping1D: Kind.MOVES,
    layers.Cropping2D: Kind.MOVES,
    layers.Dense: Kind.WEIGHTS,
    layers.DepthwiseConv1D: _CONVOLUTION,
    layers.DepthwiseConv2D: Kind.WEIGHTS,
    layers.Dropout: _NOISE,
    layers.EinsumDense: Kind.WEIGHTS,
    layers.ELU: Kind.IN_PLACE,
    layers.Flatten: Kind.MOVES,
    layers.GaussianDropout: _NOISE,
    layers.GaussianNoise: _NOISE,
    layers.GlobalAveragePooling1D: Kind.POOLS,
    layers.GlobalMaxPooling1D: Kind.POOLS,
    layers.Identity: _UNCHANGED,
    layers.LeakyReLU: Kind.IN_PLACE,
    layers.MaxPooling1D: _POOLING,
    layers.Permute: Kind.MOVES,
    layers.PReLU: Kind.IN_PLACE,
    layers.ReLU: Kind.IN_PLACE,
    layers.RepeatVector: Kind.MOVES,
    layers.Reshape: Kind.MOVES,
    layers.SeparableConv1D: _CONVOLUTION,
    layers.SeparableConv2D: Kind.WEIGHTS,
    layers.SpatialDropout1D: _NOISE,
    layers.SpatialDropout2D: _NOISE,
    layers.UpSampling1D: Kind.MOVES,
}


def classes(kind: Kind) -> tuple[type, ...]:
    """The classes of the table that are all of ``kind``."""
    return tuple(known for known, its in LAYERS.items() if kind in its)


IDENTITIES = classes(Kind.IDENTITY)
IN_PLACE = classes(Kind.IN_PLACE)
MOVING = classes(Kind.MOVES)
WEIGHTED = classes(Kind.WEIGHTS)


def kind_of(layer: keras.Operation) -> Kind:
    """Of the layer's own class: one made from a class of the table may do anything."""
    return LAYERS.get(type(layer), Kind(0))


def by_position(layer: keras.Operation) -> bool:
    """Whether ``layer`` does the same at every position of (n, positions, channels), by itself.

    Its channels may look at each other.
    """
    if Kind.IN_PLACE not in kind_of(layer):
        return False
    if isinstance(layer, layers.Activation):
        return is_by_position(layer.activation)
    if isinstance(layer, layers.BatchNormalization):
        return layer.axis in (-1, 2)
    if isinstance(layer, layers.PReLU):
        # else its slopes differ along the positions
        return 1 in (layer.shared_axes or ())
    return True


def by_window(layer: keras.Operation) -> bool:
    """Whether ``layer`` slides along the positions of (n, positions, channels).

    Padding apart, it then does the same everywhere.
    """
    if Kind.SLIDES not in kind_of(layer) or layer.data_format != "channels_last":
        return False
    return Kind.WEIGHTS not in kind_of(layer) or is_by_position(layer.activation)


def over_all_positions(layer: keras.Operation) -> bool:
    """Whether ``layer`` pools (n, positions, channels) to (n, channels)."""
    if Kind.POOLS not in kind_of(layer) or Kind.SLIDES in kind_of(layer):
        return False
    return layer.data_format == "channels_last" and not layer.keepdims


def is_by_position(function: Callable) -> bool:
    """Whether an activation keeps to each position, whose channels it keeps: ``by_position``.

    So do all functions of Keras but the gated linear unit, which halves the channels, and
    functions of others that only run operations on single numbers.
    """
    if isinstance(function, layers.Layer):
        return function.built and by_position(function)
    name = getattr(function, "__name__", "")
    if function is getattr(keras.activations, name, None):
        return name != "glu"
    return _acts_on_numbers(function)


def _acts_on_numbers(function: Callable) -> bool:
    anything = tf.TensorSpec((None, None, None), tf.float32)
    try:
        graph = tf.function(function, autograph=False).get_concrete_function(anything).graph
    except Exception:  # what somebody else wrote may fail in any way
        return False
    made = graph.get_operations()
    numbers = all(node.type in _ON_NUMBERS for node in made)
    # a constant with axes could differ along the positions; what is captured could change
    alone = all(node.outputs[0].shape.rank == 0 for node in made if node.type == "Const")
    given = [node for node in made if node.type == "Placeholder"]
    rest = keras.tree.flatten(graph.structured_outputs)
    whole = [(one.dtype, one.shape.rank) for one in rest] == [(tf.float32, 3)]
    return numbers and alone and len(given) == 1 and whole


_ON_NUMBERS = frozenset(
    "Abs Add AddV2 Atan ClipByValue Const Cos Cosh DivNoNan Elu Equal Erf Erfc Exp Expm1 Floor "
    "Greater GreaterEqual Identity LeakyRelu Less LessEqual Log Log1p LogicalAnd LogicalNot "
    "LogicalOr Maximum Minimum Mul MulNoNan Neg Placeholder Pow RealDiv Reciprocal Relu Relu6 "
    "Rsqrt SelectV2 Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Square SquaredDifference "
    "StopGradient Sub Tan Tanh Xlogy ZerosLike OnesLike".split()
)


def in_float32(layer: keras.layers.Layer) -> bool:
    """Whether ``layer`` computes in float32, the activation that it holds included."""
    held = getattr(layer, "activation", None)
    inner = not isinstance(held, layers.Layer) or in_float32(held)
    # an operation has no type of its own
    return getattr(layer, "compute_dtype", None) == "float32" and inner
