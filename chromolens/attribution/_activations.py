"""Multipliers of elementwise nonlinearities: change of the output over change of the input.

A quotient of two small differences is float32 noise. ReLU has a closed form without one; for
smooth functions the derivative at the midpoint stands in for differences below 0.01 (it is
off by d^2 f''' / 24); others have kinks, and keep the quotient down to 1e-5, or jumps, and
keep it always.
"""

from collections.abc import Callable
from functools import cache, partial

import keras
import tensorflow as tf

from chromolens.attribution._pair import HandBack, Pair, fused, rescaled
from chromolens.attribution._softmax import log_softmax, softmax
from chromolens.attribution._walk import no_rule
from chromolens.models._logits import activation_name

SMOOTH = (
    "exponential",
    "gelu",
    "log_sigmoid",
    "mish",
    "sigmoid",
    "silu",
    "softplus",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
)
KINKED = (
    "celu",
    "elu",
    "hard_sigmoid",
    "hard_sigmoid_of_keras_2",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "relu6",
    "selu",
    "soft_shrink",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
)
JUMPING = ("hard_shrink", "threshold")
SEVERAL = {"log_softmax": log_softmax, "softmax": softmax}


def activate(layer: keras.layers.Layer, pair: Pair) -> Pair:
    """The nonlinearity named by ``layer.activation``."""
    name = activation_name(layer)
    if name == "linear":
        return pair
    if name in SEVERAL:
        return SEVERAL[name](pair)
    return rescaled(pair, *nonlinearity(layer))


def nonlinearity(
    layer: keras.layers.Layer, attribute: str = "activation"
) -> tuple[Callable, HandBack]:
    """The function of one input that ``layer`` holds as ``attribute``, and its hand-back."""
    name, function = activation_name(layer, attribute), getattr(layer, attribute)
    if name == "linear":
        return tf.identity, linear_back
    if name == "relu":
        return tf.nn.relu, relu_back
    if name in SMOOTH:
        return function, quotient_back(function, 1e-2)
    if name in KINKED:
        return function, quotient_back(function, 1e-5)
    if name in JUMPING:
        return function, quotient_back(function, 0)
    known = ", ".join(("linear", "relu", *SMOOTH, *KINKED, *JUMPING, *SEVERAL))
    raise no_rule(f"{attribute} {name!r} of layer {layer.name!r}", f"one of {known}")


def elementwise(layer: keras.layers.Layer, pair: Pair) -> Pair:
    """A layer that is a nonlinearity with kinks (ReLU, LeakyReLU, PReLU, ELU)."""
    if isinstance(layer, keras.layers.ReLU) and _is_plain(layer):
        return rescaled(pair, tf.nn.relu, relu_back)
    # Not the layer itself: it would refuse the axis of groups that hand_back adds in front.
    return rescaled(pair, layer.call, partial(_quotient, layer.call, 1e-5))


def linear_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """No nonlinearity: the multiplier is 1."""
    return signal


@fused
def relu_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """ReLU: the share of the way from the lower to the higher value that is above 0."""
    high, low = tf.maximum(taped, other), tf.minimum(taped, other)
    crossing = tf.where(low < 0, high - low, 1.0)
    return signal * tf.where(high > 0, tf.where(low < 0, high / crossing, 1.0), 0.0)


@cache
def quotient_back(function: Callable, smallest: float) -> HandBack:
    """The quotient, or the derivative at the midpoint where the inputs nearly agree.

    The same object for the same function, so that what is compiled for one layer serves others.
    """
    return partial(_quotient, function, smallest)


def by_quotient(function: Callable, pair: Pair, smallest: float) -> Pair:
    """``function`` of one input, with ``quotient_back``."""
    return rescaled(pair, function, quotient_back(function, smallest))


@fused
def _quotient(
    function: Callable, smallest: float, signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor
) -> tf.Tensor:
    change, middle = taped - other, (taped + other) / 2
    with tf.GradientTape() as tape:
        tape.watch(middle)
        at_middle = function(middle)
    near = (change == 0) | (tf.abs(change) < smallest)
    quotient = (function(taped) - function(other)) / tf.where(near, 1.0, change)
    return signal * tf.where(near, tape.gradient(at_middle, middle), quotient)


def _is_plain(layer: keras.layers.ReLU) -> bool:
    return layer.max_value is None and not layer.negative_slope and not layer.threshold
