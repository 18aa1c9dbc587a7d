"""Multipliers of functions that have a closed form without a division by the difference.

Each is (f(x) - f(x')) / (x - x') rearranged, so that it is exact for nearly equal values too.

Activations of several inputs: softmax inside a network, and the gated linear unit.

A softmax is exp(z - log sum exp z), by linear and one-input steps only: z_j adds to the log of
the sum by exp (rescale), a sum (linear) and log (rescale), and the softmax is exp (rescale) of a
difference (linear). This completes exactly, and its multipliers stay small however far the two
sides are apart; exp times the reciprocal of the sum would cancel huge terms where all logits
move together, to which a softmax is indifferent.

Multipliers of elementwise nonlinearities: change of the output over change of the input.

A quotient of two small differences is float32 noise. ReLU has a closed form without one; for
smooth functions the derivative at the midpoint stands in for differences below 0.01 (it is
off by d^2 f''' / 24); others have kinks, and keep the quotient down to 1e-5, or jumps, and
keep it always.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial

import keras
import tensorflow as tf

from chromolens.attribution.deeplift.pair import HandBack, Pair, fuse, itself, rescale
from chromolens.attribution.deeplift.polynomials import product
from chromolens.attribution.deeplift.walk import both, no_rule
from chromolens.models.logits import activation_name


@fuse
def exp_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """exp: the larger value x (1 - e^-d) / d, with d the distance."""
    return signal * exp_multiplier(taped, other)


@fuse
def log_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """log: one over the logarithmic mean."""
    return signal * log_multiplier(taped, other)


@fuse
def log1p_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """log(1 + x)."""
    return signal * log_multiplier(1 + taped, 1 + other)


@fuse
def sqrt_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """Square root: 1 / (sqrt x + sqrt x')."""
    return tf.math.divide_no_nan(signal, tf.sqrt(taped) + tf.sqrt(other))


@fuse
def rsqrt_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """1 / sqrt: -1 / (sqrt x sqrt x' (sqrt x + sqrt x'))."""
    a, b = tf.math.rsqrt(taped), tf.math.rsqrt(other)
    return -signal * a * b * (a * b / (a + b))


@fuse
def reciprocal_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """1 / x: -1 / (x x')."""
    return -signal / taped / other


@fuse
def abs_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """|x|: (x + x') / (|x| + |x'|)."""
    return signal * tf.math.divide_no_nan(taped + other, tf.abs(taped) + tf.abs(other))


@fuse
def sigmoid_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """Sigmoid s: s(larger) s(-smaller) (1 - e^-d) / d, with d the distance."""
    shares = tf.sigmoid(tf.maximum(taped, other)) * tf.sigmoid(-tf.minimum(taped, other))
    return signal * shares * _decay(tf.abs(taped - other))


def exp_multiplier(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """(e^a - e^b) / (a - b)."""
    return tf.exp(tf.maximum(a, b)) * _decay(tf.abs(a - b))


def log_multiplier(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """(log a - log b) / (a - b) = 2 artanh(r) / (a - b) with r = (a - b) / (a + b)."""
    change, total = a - b, a + b
    ratio = change / total
    near = tf.abs(ratio) < 0.1
    far = (tf.math.log(a) - tf.math.log(b)) / tf.where(near, 1.0, change)
    series = 1 + ratio**2 / 3 + ratio**4 / 5 + ratio**6 / 7
    return tf.where(near, 2 * series / total, far)


def exp(pair: Pair) -> Pair:
    """e^x."""
    return rescale(pair, tf.exp, exp_back)


def reciprocal(pair: Pair) -> Pair:
    """1 / x."""
    return rescale(pair, tf.math.reciprocal, reciprocal_back)


def sqrt(pair: Pair) -> Pair:
    """Square root of what is not negative."""
    return rescale(pair, tf.sqrt, sqrt_back)


def _decay(distance: tf.Tensor) -> tf.Tensor:
    """(1 - e^-d) / d, and 1 at 0."""
    apart = distance > 0
    return tf.where(apart, -tf.math.expm1(-distance) / tf.where(apart, distance, 1.0), 1.0)


def softmax(pair: Pair, axis: int | Sequence[int] = -1) -> Pair:
    """Softmax over ``axis``, one or several but not the batch."""
    return exp(log_softmax(pair, axis))


def log_softmax(pair: Pair, axis: int | Sequence[int] = -1) -> Pair:
    """z less the logarithm of the sum of its exponentials."""
    return both(tf.subtract, pair, logsumexp(pair, axis))


def logsumexp(pair: Pair, axis: int | Sequence[int] = -1) -> Pair:
    """log sum exp over ``axis``, which stays with length 1."""
    return rescale(pair, *_logsumexp_over(tuple(inner_axes(axis, len(pair.taped.shape)))))


def mask_scores(scores: Pair, mask: tf.Tensor | None) -> Pair:
    """``scores`` with -1e9, as in Keras, where the constant ``mask`` is False."""
    if mask is None:
        return scores
    keep = tf.cast(mask, bool)
    return both(lambda side: tf.where(keep, side, -1e9), scores)


def glu(pair: Pair, axis: int = -1) -> Pair:
    """One half times the sigmoid of the other half, as a product."""
    values, gate = both(partial(tf.split, num_or_size_splits=2, axis=axis), pair)
    return product(values, rescale(gate, tf.sigmoid, sigmoid_back))


def inner_axes(axis: int | Sequence[int] | None, rank: int) -> list[int]:
    """``axis`` of a tensor of ``rank``, counted from its end; NoRule where that is the batch."""
    axes = [axis] if isinstance(axis, int) else list(range(rank) if axis is None else axis)
    counted = [one if one < 0 else one - rank for one in axes]
    if -rank in counted:
        raise no_rule(f"a function over axis {axis}, which mixes the rows of a batch")
    return counted


@cache
def _logsumexp_over(axes: tuple[int, ...]) -> tuple[Callable, HandBack]:
    """The same two objects for the same axes, so that they are compiled once."""
    function = partial(tf.reduce_logsumexp, axis=axes, keepdims=True)
    return function, partial(_logsumexp_back, axes)


@fuse
def _logsumexp_back(
    axes: tuple[int, ...], signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor
) -> tf.Tensor:
    top = tf.reduce_max(tf.maximum(taped, other), axis=axes, keepdims=True)
    taped, other = taped - top, other - top
    sums = [tf.reduce_sum(tf.exp(side), axis=axes, keepdims=True) for side in (taped, other)]
    logs = [_logsumexp(side, axes) for side in (taped, other)]
    apart = tf.abs(sums[0] - sums[1]) > 0.01 * (sums[0] + sums[1])
    # Of a sum that is too small for float32 its logarithm is still known.
    far = (logs[0] - logs[1]) / tf.where(apart, sums[0] - sums[1], 1.0)
    over_sum = tf.where(apart, far, log_multiplier(sums[0], sums[1]))
    return signal * exp_multiplier(taped, other) * over_sum


def _logsumexp(values: tf.Tensor, axes: tuple[int, ...]) -> tf.Tensor:
    top = tf.reduce_max(values, axis=axes, keepdims=True)
    total = tf.reduce_sum(tf.exp(values - top), axis=axes, keepdims=True)
    return top + tf.math.log(total)


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
    return rescale(pair, *nonlinearity(layer), itself)


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
        return rescale(pair, tf.nn.relu, relu_back, itself)
    # Not the layer itself: it would refuse the axis of groups that hand_back adds in front.
    return rescale(pair, layer.call, partial(_quotient, layer.call, 1e-5), itself)


def linear_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """No nonlinearity: the multiplier is 1."""
    return signal


@fuse
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
    return rescale(pair, function, quotient_back(function, smallest))


@fuse
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
