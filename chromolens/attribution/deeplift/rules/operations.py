"""Linear operations of ``keras.ops``: along axes, slices, sums; what all of its rules share.

One that acts over the batch axis is refused, since a row's answer is its own.
"""

from collections.abc import Callable
from functools import partial

import keras
import tensorflow as tf

from chromolens.attribution.deeplift.functions import inner_axes
from chromolens.attribution.deeplift.pair import Pair
from chromolens.attribution.deeplift.polynomials import polynomial
from chromolens.attribution.deeplift.rules.linear import affine
from chromolens.attribution.deeplift.walk import both, no_rule, pairs_in
from chromolens.models.graph import operations


def rules_of(names: str, rule: Callable) -> dict[type, Callable]:
    """``rule`` for each operation class in ``names`` that this version of Keras has."""
    return dict.fromkeys(operations(names), rule)


def rank_of(inputs: object) -> int:
    """Number of axes of the first Pair."""
    return len(pairs_in(inputs)[0].taped.shape)


def check_ranks(op: keras.Operation, inputs: tuple) -> None:
    """NoRule where tensors of unlike rank would be broadcast over the batch."""
    ranks = [len(pair.taped.shape) for pair in pairs_in(inputs)]
    rest = [leaf for leaf in keras.tree.flatten(inputs) if not isinstance(leaf, Pair)]
    constants = [len(keras.ops.shape(leaf)) for leaf in rest]
    if min(ranks) < max(ranks + constants):
        raise no_rule(f"{op.name!r}, of tensors of unlike rank", "equal numbers of axes")


def multilinear(op: keras.Operation, *inputs: object) -> Pair:
    """Linear in one tensor; a product of two or more, each with its Shapley share."""
    factors = len(pairs_in(inputs))
    return both(op, *inputs) if factors == 1 else polynomial(op, *inputs, degree=factors)


def along(op: keras.Operation, *inputs: object) -> Pair | list[Pair]:
    """Linear along ``op.axis``, of which the batch may not be one."""
    inner_axes(op.axis, rank_of(inputs))
    return both(op, *inputs)


def with_new_axis(op: keras.Operation, *inputs: object) -> Pair:
    """Stack and ExpandDims: the new axis may not come before the batch."""
    count = 1 if isinstance(op.axis, int) else len(op.axis)
    inner_axes(op.axis, rank_of(inputs) + count)
    return both(op, *inputs)


def transposed(op: keras.Operation, inputs: Pair) -> Pair:
    """Transpose, the batch staying first."""
    if op.axes is None or op.axes[0] != 0:
        raise no_rule(f"operation {op.name!r} with axes {op.axes}", "the batch first: (0, ...)")
    return both(op, inputs)


def moved(op: keras.Operation, inputs: Pair) -> Pair:
    """Moveaxis."""
    inner_axes([*op.source, *op.destination], rank_of(inputs))
    return both(op, inputs)


def swapped(op: keras.Operation, inputs: Pair) -> Pair:
    """Swapaxes."""
    inner_axes([op.axis1, op.axis2], rank_of(inputs))
    return both(op, inputs)


def reshaped(op: keras.Operation, inputs: Pair) -> Pair:
    """Reshape of each row."""
    row = inputs.taped.shape[1:]
    if op.newshape[0] not in (-1, None) or -1 in op.newshape[1:] or None in op.newshape[1:]:
        expected = f"(-1, then {row.num_elements()} values)"
        raise no_rule(f"operation {op.name!r} to {op.newshape}", expected)
    return both(partial(tf.reshape, shape=[-1, *op.newshape[1:]]), inputs)


def sliced(op: keras.Operation, inputs: Pair, key: object) -> Pair:
    """GetItem, as in x[:, ::-1, ::-1], of all rows."""
    parts = list(key) if isinstance(key, tuple | list) else [key]
    named = [part for part in parts if part is not None and part is not Ellipsis]
    rows_are_kept = (
        len(named) < rank_of(inputs) if parts[0] is Ellipsis else parts[0] == slice(None)
    )
    if not rows_are_kept:
        raise no_rule(f"operation {op.name!r} with [{key}]", "all rows: x[:, ...]")
    return both(op, inputs, key)


def summed(op: keras.Operation, *inputs: object) -> Pair:
    """Add and Subtract."""
    check_ranks(op, inputs)
    return both(op, *inputs)


def cast(op: keras.Operation, inputs: Pair) -> Pair:
    """Cast between floats."""
    if not tf.as_dtype(op.dtype).is_floating:
        raise no_rule(f"operation {op.name!r} to {op.dtype}", "a float")
    return both(op, inputs)


RULES = {
    "rescale": {
        **rules_of("Concatenate Cumsum Diff Flip Mean Repeat Roll Split Squeeze Sum Take", along),
        **rules_of("ExpandDims Stack", with_new_axis),
        **rules_of("Transpose", transposed),
        **rules_of("Moveaxis", moved),
        **rules_of("Swapaxes", swapped),
        **rules_of("Reshape", reshaped),
        **rules_of("GetItem", sliced),
        **rules_of("Add Subtract", summed),
        **rules_of("Cast", cast),
        **rules_of("Negative Pad Tile", affine),
    }
}
