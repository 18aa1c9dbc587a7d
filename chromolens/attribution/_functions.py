"""Multipliers of functions that have a closed form without a division by the difference.

Each is (f(x) - f(x')) / (x - x') rearranged, so that it is exact for nearly equal values too.
"""

import tensorflow as tf

from chromolens.attribution._pair import Pair, fused, rescaled


@fused
def exp_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """exp: the larger value x (1 - e^-d) / d, with d the distance."""
    return signal * exp_multiplier(taped, other)


@fused
def log_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """log: one over the logarithmic mean."""
    return signal * log_multiplier(taped, other)


@fused
def log1p_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """log(1 + x)."""
    return signal * log_multiplier(1 + taped, 1 + other)


@fused
def sqrt_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """Square root: 1 / (sqrt x + sqrt x')."""
    return tf.math.divide_no_nan(signal, tf.sqrt(taped) + tf.sqrt(other))


@fused
def rsqrt_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """1 / sqrt: -1 / (sqrt x sqrt x' (sqrt x + sqrt x'))."""
    a, b = tf.math.rsqrt(taped), tf.math.rsqrt(other)
    return -signal * a * b * (a * b / (a + b))


@fused
def reciprocal_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """1 / x: -1 / (x x')."""
    return -signal / taped / other


@fused
def abs_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """|x|: (x + x') / (|x| + |x'|)."""
    return signal * tf.math.divide_no_nan(taped + other, tf.abs(taped) + tf.abs(other))


@fused
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
    return rescaled(pair, tf.exp, exp_back)


def reciprocal(pair: Pair) -> Pair:
    """1 / x."""
    return rescaled(pair, tf.math.reciprocal, reciprocal_back)


def sqrt(pair: Pair) -> Pair:
    """Square root of what is not negative."""
    return rescaled(pair, tf.sqrt, sqrt_back)


def _decay(distance: tf.Tensor) -> tf.Tensor:
    """(1 - e^-d) / d, and 1 at 0."""
    apart = distance > 0
    return tf.where(apart, -tf.math.expm1(-distance) / tf.where(apart, distance, 1.0), 1.0)
