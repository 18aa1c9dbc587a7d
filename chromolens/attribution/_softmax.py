"""Activations of several inputs: softmax inside a network, and the gated linear unit.

A softmax is exp(z - log sum exp z), by linear and one-input steps only: z_j adds to the log of
the sum by exp (rescale), a sum (linear) and log (rescale), and the softmax is exp (rescale) of a
difference (linear). This completes exactly, and its multipliers stay small however far the two
sides are apart; exp times the reciprocal of the sum would cancel huge terms where all logits
move together, to which a softmax is indifferent.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial

import tensorflow as tf

from chromolens.attribution._functions import (
    exp,
    exp_multiplier,
    log_multiplier,
    sigmoid_back,
)
from chromolens.attribution._pair import HandBack, Pair, fused, rescaled
from chromolens.attribution._polynomials import product
from chromolens.attribution._walk import both, no_rule


def softmax(pair: Pair, axis: int | Sequence[int] = -1) -> Pair:
    """Softmax over ``axis``, one or several but not the batch."""
    return exp(log_softmax(pair, axis))


def log_softmax(pair: Pair, axis: int | Sequence[int] = -1) -> Pair:
    """z less the logarithm of the sum of its exponentials."""
    return both(tf.subtract, pair, logsumexp(pair, axis))


def logsumexp(pair: Pair, axis: int | Sequence[int] = -1) -> Pair:
    """log sum exp over ``axis``, which stays with length 1."""
    return rescaled(pair, *_logsumexp_over(tuple(inner_axes(axis, len(pair.taped.shape)))))


def masked(scores: Pair, mask: tf.Tensor | None) -> Pair:
    """``scores`` with -1e9, as in Keras, where the constant ``mask`` is False."""
    if mask is None:
        return scores
    keep = tf.cast(mask, bool)
    return both(lambda side: tf.where(keep, side, -1e9), scores)


def glu(pair: Pair, axis: int = -1) -> Pair:
    """One half times the sigmoid of the other half, as a product."""
    values, gate = both(partial(tf.split, num_or_size_splits=2, axis=axis), pair)
    return product(values, rescaled(gate, tf.sigmoid, sigmoid_back))


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


@fused
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
