"""Targets as compiled functions of arrays, for a few batch shapes only.

Each is compiled for ``batch`` rows, and for a half, a quarter and an eighth of it for what is left
over (padded), so that little is computed in vain and there are few calls; a shape that is never
needed is never compiled.
"""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import tensorflow as tf

from chromolens.models.model import padded
from chromolens.sis.backselect import MaskedScore, Score


def compiled_score(function: Callable, shape: tuple[int, int], batch: int) -> Score:
    """``function``, tensor (batch, length, channels) -> (batch, 1), on arrays (n, ...) -> (n,)."""

    @cache
    def ask(size: int) -> Callable:
        return compiled(function, tf.TensorSpec((size, *shape), tf.float32))

    def score(inputs: np.ndarray) -> np.ndarray:
        values = np.empty(len(inputs), np.float32)
        for part, size in batches_of(len(inputs), sizes_of(batch)):
            found = ask(size)(tf.constant(padded(inputs[part], size)))
            values[part] = found.numpy()[: part.stop - part.start, 0]
        return values

    return score


def compiled_masked_score(
    function: Callable, shape: tuple[int, int], mask: np.ndarray, batch: int
) -> MaskedScore:
    """``function`` of copies with one position masked, which are made inside the graph.

    At most ``batch`` copies are in memory at a time.
    """

    def masked_values(inputs: tf.Tensor, rows: tf.Tensor, positions: tf.Tensor) -> tf.Tensor:
        there = tf.one_hot(positions, shape[0])[..., None] > 0
        return function(tf.where(there, mask, tf.gather(inputs, rows)))

    @cache
    def ask(size: int) -> Callable:
        places = tf.TensorSpec((size,), tf.int64)
        return compiled(masked_values, tf.TensorSpec((None, *shape), tf.float32), places, places)

    def score(inputs: np.ndarray, rows: np.ndarray, positions: np.ndarray) -> np.ndarray:
        values, current = np.empty(len(rows), np.float32), tf.constant(inputs)
        for part, size in batches_of(len(rows), sizes_of(batch)):
            places = (tf.constant(padded(which[part], size)) for which in (rows, positions))
            values[part] = ask(size)(current, *places).numpy()[: part.stop - part.start, 0]
        return values

    return score


def sizes_of(batch: int) -> list[int]:
    """Batch shapes, the largest first."""
    return list(dict.fromkeys(max(1, batch // share) for share in (1, 2, 4, 8)))


def batches_of(count: int, sizes: list[int]) -> Iterator[tuple[slice, int]]:
    """Slices of ``count`` with the batch shape of each, ``sizes`` from the largest down.

    What is left goes into one batch if a quarter of the largest pads it: a call has costs of its
    own, most of all in recurrent networks.
    """
    start = 0
    while start < count:
        left = count - start
        whole = [size for size in sizes if 0 <= size - left <= sizes[0] // 4]
        size = whole[-1] if whole else next((size for size in sizes if size <= left), sizes[-1])
        yield slice(start, min(start + size, count)), size
        start += size


def compiled(function: Callable, *signature: tf.TensorSpec) -> Callable:
    """``function`` of tensors of one signature, traced now, so that a call costs little more."""
    return tf.function(function, autograph=False).get_concrete_function(*signature)
