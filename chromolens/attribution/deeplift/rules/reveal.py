"""RevealCancel after dense layers, and what carries the parts of a change along.

A weighted layer parts its output's change z into the sum of all positive products w d and
that of all negative ones (Shrikumar 2017, 3.5.1): z+ - z- = sum |w| |d|. Layers with a row
below hand the parts on to the next nonlinearity; all others merge them.

Operations of ``keras.ops`` that only move entries keep their own rules, with the spread in the
place of the taped side too. The genomics default leaves convolutions to Rescale.
"""

from collections.abc import Callable
from functools import partial, wraps

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift.functions import activate
from chromolens.attribution.deeplift.pair import Pair, Split, is_pure, reveal, sizes, spread_of
from chromolens.attribution.deeplift.rules import operations
from chromolens.attribution.deeplift.rules.functions import NONLINEARITIES
from chromolens.attribution.deeplift.rules.linear import affine, preactivation
from chromolens.attribution.deeplift.walk import pairs_in
from chromolens.models.foreign.rearranged import Rearranged, Zeros
from chromolens.models.kinds import WEIGHTED
from chromolens.models.logits import activation_name, linear_part


def weighted(layer: keras.layers.Layer, inputs: Pair) -> Pair:
    """Layers of ``WEIGHTED``: the weights, which part the change, then the activation."""
    outputs = preactivation(layer, inputs)
    parted = Split(outputs.taped, outputs.other, _by_absolute_weights(layer, sizes(inputs)))
    return parted if activation_name(layer) == "linear" else reveal(activate, layer, parted)


def carried(layer: keras.layers.Layer, inputs: Pair | list[Pair]) -> Pair:
    """No weight is negative: each part of the output is made of that part of the inputs."""
    return _with_spread(layer, inputs, layer)


def rearranged(layer: keras.layers.Layer, inputs: Pair | list[Pair]) -> Pair:
    """Entries are moved, copied or dropped: the same, and what was pure stays so."""
    return _with_spread(layer, inputs, layer, keeps_pure=True)


def upsampled(layer: layers.UpSampling2D, inputs: Pair) -> Pair:
    """Copies; or means of neighbours; other interpolations have negative weights, and merge."""
    rules = {"nearest": rearranged, "bilinear": carried}
    return rules.get(layer.interpolation, affine)(layer, inputs)


def subtracted(layer: layers.Subtract, inputs: list[Pair]) -> Pair:
    """The subtracted change has its parts exchanged: spreads add up."""
    return _with_spread(layer, inputs, tf.add_n)


def scaled(layer: keras.layers.Layer, inputs: Pair) -> Pair:
    """A factor for each entry, and an offset; a negative factor exchanges the parts."""

    def scale(spread: tf.Tensor) -> tf.Tensor:
        return tf.abs(layer(spread) - layer(tf.zeros_like(spread)))

    return _with_spread(layer, inputs, scale, keeps_pure=True)


def _with_spread(
    layer: keras.layers.Layer,
    inputs: Pair | list[Pair],
    function: Callable,
    keeps_pure: bool = False,
) -> Pair:
    """The affine layer, and ``function`` for the spreads where the inputs have any."""
    outputs = affine(layer, inputs)
    pairs = [inputs] if isinstance(inputs, Pair) else inputs
    if not any(isinstance(pair, Split) for pair in pairs):
        return outputs
    spreads = [spread_of(pair) for pair in pairs]
    spread = function(spreads[0] if isinstance(inputs, Pair) else spreads)
    pure = keeps_pure and all(is_pure(pair) for pair in pairs)
    return Split(outputs.taped, outputs.other, spread, pure)


def _by_absolute_weights(layer: keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
    if isinstance(layer, SEPARABLE):
        return _by_absolute_product(layer, inputs)
    absolute = [
        (weight, tf.zeros_like(weight) if weight is layer.bias else tf.abs(weight))
        for weight in layer.weights
    ]
    with keras.StatelessScope(absolute):
        return linear_part(layer, inputs)


def _by_absolute_product(layer: keras.layers.Layer, inputs: tf.Tensor) -> tf.Tensor:
    """A separable convolution's weights are sums of products of its two kernels'."""
    depth = tf.convert_to_tensor(layer.depthwise_kernel)
    point = tf.reshape(layer.pointwise_kernel, [*depth.shape[-2:], -1])
    return keras.ops.conv(
        inputs,
        tf.abs(tf.einsum("...cm,cmf->...cf", depth, point)),
        strides=layer.strides,
        padding=layer.padding,
        dilation_rate=layer.dilation_rate,
    )


SEPARABLE = (layers.SeparableConv1D, layers.SeparableConv2D)
CARRYING = (
    layers.AdaptiveAveragePooling1D,
    layers.AdaptiveAveragePooling2D,
    layers.Add,
    layers.Average,
    layers.AveragePooling1D,
    layers.AveragePooling2D,
    layers.GlobalAveragePooling1D,
    layers.GlobalAveragePooling2D,
)
REARRANGING = (
    layers.Concatenate,
    layers.Cropping1D,
    layers.Cropping2D,
    layers.Flatten,
    layers.Permute,
    layers.RepeatVector,
    layers.Reshape,
    layers.UpSampling1D,
    layers.ZeroPadding1D,
    layers.ZeroPadding2D,
    Rearranged,
    Zeros,
)
SCALING = (layers.BatchNormalization, layers.Normalization, layers.Rescaling)
DENSE = {
    **{kind: partial(reveal, rule) for kind, rule in NONLINEARITIES.items()},
    **dict.fromkeys(CARRYING, carried),
    **dict.fromkeys(REARRANGING, rearranged),
    **dict.fromkeys(SCALING, scaled),
    layers.Subtract: subtracted,
    layers.UpSampling2D: upsampled,
    layers.Dense: weighted,
    layers.EinsumDense: weighted,
}

MOVING = (
    "Concatenate", "ExpandDims", "Flip", "GetItem", "Moveaxis", "Repeat", "Reshape", "Roll",
    "Split", "Squeeze", "Stack", "Swapaxes", "Take", "Tile", "Transpose",
)  # fmt: skip


def moving(rule: Callable) -> Callable:
    """``rule``, of an operation that moves, copies or drops entries, for parts as well."""

    @wraps(rule)
    def parted(op: keras.Operation, *inputs: object) -> Pair | list[Pair]:
        outputs, pairs = rule(op, *inputs), pairs_in(inputs)
        if not any(isinstance(pair, Split) for pair in pairs):
            return outputs
        pure = all(map(is_pure, pairs))
        spreads = rule(op, *keras.tree.map_structure(_with_spread_taped, inputs))

        def split(pair: Pair, spread: Pair) -> Split:
            return Split(pair.taped, pair.other, spread.taped, pure)

        return keras.tree.map_structure(split, outputs, spreads)

    return parted


def _with_spread_taped(leaf: object) -> object:
    return Pair(spread_of(leaf), leaf.other) if isinstance(leaf, Pair) else leaf


MOVED = {
    kind: moving(rule)
    for kind, rule in operations.RULES["rescale"].items()
    if kind.__name__ in MOVING
}
CONVOLUTIONS = tuple(kind for kind in WEIGHTED if kind not in (layers.Dense, layers.EinsumDense))
RULES = {
    "revealcancel": DENSE | MOVED | dict.fromkeys(CONVOLUTIONS, weighted),
    "genomics": DENSE | MOVED,
}
