"""The classes behind ``keras.ops``, and what their rules share.

``x + y``, ``x[:, ::-1]`` or ``ops.mean(x, axis=1)`` in a functional model are operations, each of
a class of its own, which Keras keeps to itself.
"""

from collections.abc import Callable
from importlib import import_module

import keras

from chromolens.attribution._pair import Pair
from chromolens.attribution._polynomials import polynomial
from chromolens.attribution._walk import both, no_rule, pairs_in

_HOMES = ("ops.numpy", "ops.nn", "ops.math", "ops.core", "activations.activations")


def rules_of(names: str, rule: Callable) -> dict[type, Callable]:
    """``rule`` for each operation class in ``names`` that this version of Keras has."""
    homes = [import_module(f"keras.src.{home}") for home in _HOMES]
    classes = (vars(home).get(name) for name in names.split() for home in homes)
    return {known: rule for known in classes if isinstance(known, type)}


def rank_of(inputs: object) -> int:
    """Number of axes of the first Pair."""
    return len(pairs_in(inputs)[0].taped.shape)


def check_ranks(op: keras.Operation, inputs: tuple) -> None:
    """NoRule where tensors of unlike rank would be broadcast over the batch."""
    ranks = [len(pair.taped.shape) for pair in pairs_in(inputs)]
    rest = [leaf for leaf in inputs if not isinstance(leaf, Pair)]
    constants = [len(keras.ops.shape(leaf)) for leaf in rest]
    if min(ranks) < max(ranks + constants):
        raise no_rule(f"operation {op.name!r} of tensors of unlike rank", "equal numbers of axes")


def multilinear(op: keras.Operation, *inputs: object) -> Pair:
    """Linear in one tensor; a product of two or more, each with its Shapley share."""
    factors = len(pairs_in(inputs))
    return both(op, *inputs) if factors == 1 else polynomial(op, *inputs, degree=factors)
