"""Normalisation by the input's own statistics: a quotient of the values and their scale.

The mean is linear, the variance a mean of squares (multiplier of x^2: x + x'), the standard
deviation its root (one input: Rescale). The quotient y = x / s is the y of the product y s = x,
whose factors have Shapley shares: dx = mean(s) dy + mean(y) ds, hence dy = (dx - mean(y) ds) /
mean(s), with means over the two sides. This is exactly complete and stays bounded where one
side has no spread, as at a reference of zeros; x times 1 / s would not. Scale and offset of the
layer are affine. BatchNormalization is affine at inference: see ``linear``.
"""

from collections.abc import Sequence
from functools import partial

import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift.functions import inner_axes, sqrt
from chromolens.attribution.deeplift.pair import Pair
from chromolens.attribution.deeplift.polynomials import polynomial, quotient
from chromolens.attribution.deeplift.walk import both, no_rule


def over_layer(layer: layers.LayerNormalization, inputs: Pair) -> Pair:
    """LayerNormalization over any axes but the batch."""
    if layer.rms_scaling:
        raise no_rule(f"layer {layer.name!r} with rms_scaling", "RMSNormalization")
    centred = _centred(inputs, layer.axis)
    values = _scaled(centred, layer.axis, layer.epsilon)
    return both(partial(_affine, layer, layer.axis), values)


def over_groups(layer: layers.GroupNormalization, inputs: Pair) -> Pair:
    """GroupNormalization: statistics of all positions and the channels of a group."""
    shape = list(inputs.taped.shape)
    axis = layer.axis % len(shape)
    split = [-1, *shape[1:axis], layer.groups, shape[axis] // layer.groups, *shape[axis + 1 :]]
    groups = both(partial(tf.reshape, shape=split), inputs)
    axes = [one for one in range(1, len(split)) if one != axis]
    values = _scaled(_centred(groups, axes), axes, layer.epsilon)
    merged = both(partial(tf.reshape, shape=[-1, *shape[1:]]), values)
    return both(partial(_affine, layer, [axis]), merged)


def by_root_mean_square(layer: layers.RMSNormalization, inputs: Pair) -> Pair:
    """RMSNormalization: without a mean."""
    values = _scaled(inputs, layer.axis, layer.epsilon)
    return both(partial(tf.multiply, layer.scale), values)


def to_unit_length(layer: layers.UnitNormalization, inputs: Pair) -> Pair:
    """UnitNormalization: divided by the Euclidean norm; zeros stay zeros."""
    axes = inner_axes(layer.axis, len(inputs.taped.shape))
    squares = polynomial(lambda values: tf.reduce_sum(values**2, axes, keepdims=True), inputs)
    return quotient(inputs, sqrt(squares))


def _scaled(values: Pair, axis: int | Sequence[int], epsilon: float) -> Pair:
    """``values`` over the root of their mean square + ``epsilon``."""
    axes = inner_axes(axis, len(values.taped.shape))
    squares = polynomial(lambda side: tf.reduce_mean(side**2, axes, keepdims=True), values)
    return quotient(values, sqrt(both(partial(tf.add, epsilon), squares)))


def _centred(inputs: Pair, axis: int | Sequence[int]) -> Pair:
    axes = inner_axes(axis, len(inputs.taped.shape))
    return both(lambda side: side - tf.reduce_mean(side, axes, keepdims=True), inputs)


def _affine(layer: layers.Layer, axis: int | Sequence[int], values: tf.Tensor) -> tf.Tensor:
    """The layer's gamma and beta, which lie along ``axis``."""
    axes = inner_axes(axis, len(values.shape))
    kept = [size if i - len(values.shape) in axes else 1 for i, size in enumerate(values.shape)]
    if layer.gamma is not None:
        values = values * tf.reshape(layer.gamma, kept)
    return values if layer.beta is None else values + tf.reshape(layer.beta, kept)


RULES = {
    "rescale": {
        layers.LayerNormalization: over_layer,
        layers.GroupNormalization: over_groups,
        layers.RMSNormalization: by_root_mean_square,
        layers.UnitNormalization: to_unit_length,
    }
}
