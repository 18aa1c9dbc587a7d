"""The target of versions of an input that differ at one position."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from chromolens.attribution.mutants.propagation import read
from chromolens.models.targets import Target

Scan = Callable[[tf.Tensor, list, tf.Tensor], tf.Tensor]


def scanner(target: Target, length: int, size: int) -> Scan:
    """(row (length, channels), frozen, versions (length, v, channels)) -> (length, v, tasks).

    ``size`` is how many versions are asked together. By carrying the change through the network
    where it begins with a chain of layers that allows it, and that takes less; else by asking
    it anew. The two agree but for rounding.
    """
    propagation = read(target, length)
    outputs = propagation.outputs if propagation and propagation.pays() else _anew(target)

    def scan(row: tf.Tensor, frozen: list, versions: tf.Tensor) -> tf.Tensor:
        ask, count = outputs(row), max(1, size // versions.shape[1])

        def some(where: tf.Tensor) -> tf.Tensor:
            change = tf.gather(versions, where) - tf.gather(row, where)[:, None]
            return target.read(ask(change[:, :, None], where), frozen)

        runs = -(-length // count)
        wheres = np.arange(runs * count).clip(0, length - 1).reshape(runs, count)
        values = tf.map_fn(
            some,
            tf.constant(wheres, tf.int32),
            fn_output_signature=tf.float32,
            parallel_iterations=1,
        )
        return tf.reshape(values, [runs * count, versions.shape[1], -1])[:length]

    return scan


def _anew(target: Target) -> Callable:
    """Brute force: like ``Propagation.outputs``, every version a forward pass."""

    def outputs(row: tf.Tensor) -> Callable:
        def changed(change: tf.Tensor, where: tf.Tensor) -> list[tf.Tensor]:
            there = tf.one_hot(where, row.shape[0])[:, None, :, None]
            return target.outputs(tf.reshape(row + there * change, [-1, *row.shape]))

        return changed

    return outputs
