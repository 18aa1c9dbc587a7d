"""Max pooling as the deeplift package has it, for ``pool="original"``: the gradient at the input.

The change of the maximum goes to where the input, on the taped side, has its first maximum. That
completes only where the reference is the same all over each pool.
"""

import tensorflow as tf
from keras import layers

from chromolens.attribution._pair import Pair
from chromolens.attribution._walk import both
from chromolens.attribution.rules.maximum import split_into_pools

FAMILIES = ("original_pool",)


def pooled(layer: layers.MaxPooling1D, inputs: Pair) -> Pair:
    """MaxPooling1D, channels last, as the cross-max rule wants it too."""

    def largest(values: tf.Tensor) -> tf.Tensor:
        pools = split_into_pools(values, layer.pool_size[0], layer.strides[0], layer.padding)
        return _first_maximum(pools, axis=2)

    return both(largest, inputs)


def pooled_over_all(layer: layers.GlobalMaxPooling1D, inputs: Pair) -> Pair:
    """GlobalMaxPooling1D: one pool."""

    def largest(values: tf.Tensor) -> tf.Tensor:
        found = _first_maximum(values, axis=1)
        return found[:, None] if layer.keepdims else found

    return both(largest, inputs)


def _first_maximum(values: tf.Tensor, axis: int) -> tf.Tensor:
    """Maximum over ``axis``; unlike that of ``reduce_max`` its gradient goes to one of equals."""
    first = tf.one_hot(tf.argmax(values, axis), values.shape[axis], True, False, axis)
    return tf.reduce_sum(tf.where(first, values, 0.0), axis)


RULES = {layers.MaxPooling1D: pooled, layers.GlobalMaxPooling1D: pooled_over_all}
