"""Maxima by the cross-max rule (as shap and captum have it): complete for any reference.

Of the values of a pool, or of several tensors, the larger of the two sides' maxima belongs to
one. The change of the maximum goes to that one, divided by its own change: no more than 1. The
first of equals wins (see ``chromolens.models.maxima``). A minimum is the maximum of the negatives.

With ``pool="original"`` max pooling is as the deeplift package has it: the change goes to where
the input, on the taped side, has its first maximum. That completes only where the reference is
the same all over each pool.
"""

from functools import partial

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift.pair import Pair, fuse, join, rescale
from chromolens.attribution.deeplift.rules.operations import check_ranks
from chromolens.attribution.deeplift.walk import both, no_rule, side_of
from chromolens.models.maxima import MAXIMA, call, first_of_equals, pools_of, scale_of
from chromolens.ties import TIE


def maximum(layer: keras.Operation, *inputs: object) -> Pair:
    """Pooling with any stride, overlapping or not, over all positions, or over several tensors."""
    if getattr(layer, "data_format", None) == "channels_first":
        raise no_rule(f"layer {layer.name!r} with channels first", "channels_last")
    if getattr(layer, "initial", None) is not None:
        raise no_rule(f"operation {layer.name!r} with initial={layer.initial}", "initial=None")
    check_ranks(layer, inputs)
    pools = pools_of(layer, *side_of(inputs, "taped"))
    if pools is None:
        raise no_rule(f"layer {layer.name!r} over the batch", "any axes but the first")
    alone = isinstance(inputs[0], Pair) and len(inputs) == 1
    if not alone:
        return join(pools.joined, rescale(both(pools.split, *inputs), _maximum, cross_max_back))
    split = join(pools.split, inputs[0], pools.moves)
    return join(pools.joined, rescale(split, _maximum, cross_max_back, _all), pools.moves)


@fuse
def cross_max_back(signal: tf.Tensor, taped: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """Pools (m, k, ..., size, channels), ``other`` (m, 1, ...); signal x multiplier, like pools.

    What is within ``TIE`` of the scale of a row's two sides is equal: the two maxima, of which the
    taped one then counts as the larger, and the places of one side.
    """
    scale = tf.maximum(scale_of(taped, rows=2), scale_of(other, rows=2))
    maximum, other_maximum = _maximum(taped), _maximum(other)
    gap, slack = maximum - other_maximum, TIE * scale
    taped_wins = gap >= -slack
    winner, loser = tf.where(taped_wins, taped, other), tf.where(taped_wins, other, taped)
    # no wider than half the gap: the winner's own change is then more than half of it
    first = first_of_equals(winner, tf.minimum(scale, tf.abs(gap) / (2 * TIE)))
    change = taped - other
    same = (tf.abs(gap) <= slack) & (tf.abs(change) <= slack)
    # where the other side has its maximum there too, the change of the two is one
    full = loser >= _maximum(loser) - slack
    share = tf.where(full, 1.0, gap / tf.where(first & ~same, change, 1.0))
    return tf.where(first & ~same, signal * share, 0.0)


def _all(signal: tf.Tensor, pools: tf.Tensor) -> tf.Tensor:
    """Signals (n, ..., 1, channels) of maxima, for all places of their pools."""
    return tf.broadcast_to(signal, pools.shape)


def _maximum(pools: tf.Tensor) -> tf.Tensor:
    return tf.reduce_max(pools, axis=-2, keepdims=True)


def pooled(layer: layers.Layer, inputs: Pair) -> Pair:
    """MaxPooling1D and GlobalMaxPooling1D, channels last, as the deeplift package has them."""
    return both(partial(call, layer), inputs)


RULES = {
    "rescale": dict.fromkeys(MAXIMA, maximum),
    "original_pool": dict.fromkeys((layers.MaxPooling1D, layers.GlobalMaxPooling1D), pooled),
}
