"""Products of two values that both change: each factor's Shapley share of the change.

b c - b' c' = (b - b') (c + c') / 2 + (c - c') (b + b') / 2: a factor's multiplier is the mean of
the other's two values, without the noise of a quotient.
"""

import tensorflow as tf

from chromolens.attribution._walk import Pair


def product(left: Pair, right: Pair) -> Pair:
    """``left`` times ``right``, of one shape, element by element."""
    means = [tf.stop_gradient(_mean(factor)) for factor in (left, right)]

    @tf.custom_gradient
    def step(one: tf.Tensor, two: tf.Tensor) -> tuple:
        def backward(signal: tf.Tensor) -> tuple:
            return signal * means[1], signal * means[0]

        return one * two, backward

    return Pair(step(left.taped, right.taped), left.other * right.other)


def _mean(pair: Pair) -> tf.Tensor:
    groups = pair.other.shape[0]
    grouped = tf.reshape(pair.taped, [groups, -1, *pair.taped.shape[1:]])
    return tf.reshape((grouped + pair.other[:, None]) / 2, pair.taped.shape)
