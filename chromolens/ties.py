"""Choices that rounding must not make: of values that are equal but for rounding, the first wins.

Two ways of computing the same number in float32 differ in their last bits, and a processor chooses
between such ways. Wherever one of several values is chosen (a maximum, an order, a strand), values
within a tolerance of the best are its equals. A tolerance is relative to the scale of the values
that are compared. Thresholds taken from data stand between two values, never on one.
"""

import numpy as np

TIE = 2e-6
"""Of float32 numbers that a network computes, relative to the largest: they are equal."""


def first_best(values: np.ndarray, tolerance: float | np.ndarray) -> np.ndarray:
    """Place of the first of the largest values along the last axis; equal within ``tolerance``."""
    best = values.max(axis=-1, keepdims=True)
    return (values >= best - np.expand_dims(tolerance, -1)).argmax(axis=-1)


def descending(values: np.ndarray, tolerance: float | np.ndarray) -> np.ndarray:
    """Places in descending order of ``values`` along the last axis; equals in their own order.

    A run of values each within ``tolerance`` of the next is one tie.
    """
    order = np.argsort(-values, axis=-1, kind="stable")
    sorted_values = np.take_along_axis(values, order, axis=-1)
    with np.errstate(invalid="ignore"):  # infinities are equal
        steps = sorted_values[..., :-1] - sorted_values[..., 1:]
    apart = steps > np.expand_dims(tolerance, -1)
    run = np.concatenate([np.zeros_like(order[..., :1]), apart], axis=-1).cumsum(axis=-1)
    return np.take_along_axis(order, np.lexsort((order, run), axis=-1), axis=-1)
