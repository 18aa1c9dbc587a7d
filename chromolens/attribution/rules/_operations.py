"""What the rules of ``keras.ops`` share."""

from collections.abc import Callable

import keras

from chromolens.attribution._pair import Pair
from chromolens.attribution._polynomials import polynomial
from chromolens.attribution._walk import both, no_rule, pairs_in
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
