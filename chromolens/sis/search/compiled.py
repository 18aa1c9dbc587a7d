"""Targets as compiled functions of arrays, for a few batch shapes only.

The last bits of a row depend on its place in a batch. So an input shares its batches with its own
masked copies alone: what is found in it doesn't depend on which others are searched. A shape
that is never needed is never compiled.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import tensorflow as tf

from chromolens.models.batching import batches, pad_rows
from chromolens.sis.search.backselect import MaskedScore, Score

SHAPES = 8
"""How many batch shapes masked copies are padded to: steps between nothing and the longest."""


def compiled_score(function: Callable, shape: tuple[int, int]) -> Score:
    """``function``, tensor (1, length, channels) -> (1, 1), on each row of an array: (n,)."""
    ask = compiled(function, tf.TensorSpec((1, *shape), tf.float32))

    def score(inputs: np.ndarray) -> np.ndarray:
        rows = (ask(tf.constant(row[None], tf.float32)) for row in inputs)
        return np.array([row.numpy()[0, 0] for row in rows], np.float32)

    return score


def compiled_masked_score(
    function: Callable, shape: tuple[int, int], mask: np.ndarray, batch: int
) -> MaskedScore:
    """``function`` of copies with one position masked, which are made inside the graph.

    At most ``batch`` copies of one input are asked together.
    """
    step = -(-min(batch, shape[0]) // SHAPES)

    def masked_values(one: tf.Tensor, positions: tf.Tensor) -> tf.Tensor:
        there = tf.one_hot(positions, shape[0])[..., None] > 0
        return function(tf.where(there, mask, one))

    @cache
    def ask(size: int) -> Callable:
        one = tf.TensorSpec((1, *shape), tf.float32)
        return compiled(masked_values, one, tf.TensorSpec((size,), tf.int64))

    def score(inputs: np.ndarray, rows: np.ndarray, positions: np.ndarray) -> np.ndarray:
        values = np.empty(len(rows), np.float32)
        for row in np.unique(rows):
            own = np.flatnonzero(rows == row)
            for part in batches(np.arange(len(own)), SHAPES * step):
                size = step * -(-len(part) // step)
                asked = tf.constant(pad_rows(positions[own[part]], size))
                found = ask(size)(tf.constant(inputs[row : row + 1]), asked)
                values[own[part]] = found.numpy()[: len(part), 0]
        return values

    return score


def compiled(function: Callable, *signature: tf.TensorSpec) -> Callable:
    """``function`` of tensors of one signature, traced now, so that a call costs little more."""
    return tf.function(function, autograph=False).get_concrete_function(*signature)
