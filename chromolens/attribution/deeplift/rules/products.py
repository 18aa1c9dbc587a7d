"""Products, quotients, powers and variances of the network's own tensors, layers and operations.

Each factor gets its Shapley share: of two factors each change counts with the mean of the other's
two values; in a matrix product this holds for every product of two entries. See
``deeplift.polynomials``.
"""

from functools import partial

import keras
import tensorflow as tf
from keras import layers

from chromolens.attribution.deeplift.functions import inner_axes, reciprocal, sqrt
from chromolens.attribution.deeplift.pair import Pair
from chromolens.attribution.deeplift.polynomials import polynomial, product
from chromolens.attribution.deeplift.rules.operations import (
    check_ranks,
    multilinear,
    rank_of,
    rules_of,
)
from chromolens.attribution.deeplift.walk import both, no_rule, pairs_in


def multiplied(op: keras.Operation, *inputs: object) -> Pair:
    """x * y: a product of two, or linear where one is constant."""
    check_ranks(op, inputs)
    return multilinear(op, *inputs)


def divided(op: keras.Operation, above: object, below: object) -> Pair:
    """x / y: x times 1 / y, or linear where y is constant."""
    check_ranks(op, (above, below))
    if not isinstance(below, Pair):
        return both(op, above, below)
    inverse = reciprocal(below)
    if isinstance(above, Pair):
        return product(above, inverse)
    return both(partial(tf.multiply, above), inverse)


def matrix_product(op: keras.Operation, left: object, right: object) -> Pair:
    """Matmul of a tensor with weights, or of two tensors row by row."""
    ranks = [len(pair.taped.shape) for pair in pairs_in([left, right])]
    if isinstance(right, Pair) and min(ranks) < 3:
        raise no_rule(f"operation {op.name!r} over the batch", "tensors (n, rows, columns)")
    return multilinear(op, left, right)


def inner_product(op: keras.Operation, left: object, right: object) -> Pair:
    """Dot of a tensor with weights."""
    if isinstance(right, Pair):
        raise no_rule(f"operation {op.name!r} with a tensor on its right", "matmul or einsum")
    return both(op, left, right)


def summed_product(op: keras.Operation, *operands: object) -> Pair:
    """Einsum whose tensors and result all begin with the batch's letter."""
    given, _, result = op.subscripts.replace(" ", "").partition("->")
    terms = zip(given.split(","), operands, strict=True)
    batch = {term[:1] for term, operand in terms if isinstance(operand, Pair)}
    if batch != {result[:1]} or not result[:1].isalpha():
        expected = "the batch first everywhere, as in nij,njk->nik"
        raise no_rule(f"operation {op.name!r} ({op.subscripts})", expected)
    return multilinear(op, *operands)


def to_power(op: keras.Operation, base: object, exponent: object) -> Pair:
    """x ** 3 with a whole exponent: a product of x with itself."""
    whole = isinstance(exponent, int | float) and exponent >= 1 and exponent == int(exponent)
    if not whole:
        raise no_rule(f"operation {op.name!r} to the power {exponent}", "1, 2, 3, ...")
    return polynomial(op, base, exponent, degree=int(exponent))


def squared(op: keras.Operation, inputs: Pair) -> Pair:
    """x^2: the multiplier is x + x'."""
    return polynomial(op, inputs)


def variance(op: keras.Operation, inputs: Pair) -> Pair:
    """Var: a mean of squares."""
    axes = inner_axes(op.axis, rank_of(inputs))
    function = partial(tf.math.reduce_variance, axis=axes, keepdims=op.keepdims)
    return polynomial(function, inputs)


def standard_deviation(op: keras.Operation, inputs: Pair) -> Pair:
    """Std: the root of the variance."""
    return sqrt(variance(op, inputs))


def multiplied_layer(layer: layers.Multiply, inputs: list[Pair]) -> Pair:
    """Multiply: gates, squeeze-and-excitation, any number of factors."""
    return polynomial(layer, inputs, degree=len(inputs))


def dotted(layer: layers.Dot, inputs: list[Pair]) -> Pair:
    """Dot of two tensors; with normalize=True there is no rule."""
    if layer.normalize:
        raise no_rule(f"layer {layer.name!r} with normalize=True", "UnitNormalization before it")
    return polynomial(layer, inputs)


OPERATIONS = {
    **rules_of("Multiply", multiplied),
    **rules_of("Divide TrueDivide", divided),
    **rules_of("Matmul", matrix_product),
    **rules_of("Dot", inner_product),
    **rules_of("Einsum", summed_product),
    **rules_of("Power", to_power),
    **rules_of("Square", squared),
    **rules_of("Var", variance),
    **rules_of("Std", standard_deviation),
}
RULES = {"rescale": OPERATIONS | {layers.Multiply: multiplied_layer, layers.Dot: dotted}}
