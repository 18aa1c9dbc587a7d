"""Random numbers of each row from its own seed: the same wherever the row stands.

They are stateless: the same seed and number of the draw always give the same answer.
"""

from collections.abc import Sequence

import tensorflow as tf


def uniform(seeds: tf.Tensor, number: int | tf.Tensor, shape: Sequence[int]) -> tf.Tensor:
    """Draw ``number``, uniform in [0, 1), of each row: seeds int32 (n, 2) -> float32 (n, *shape).

    Draws of different numbers are independent; so are those of different seeds.
    """
    return _by_row(tf.random.stateless_uniform, seeds, number, shape)


def normal(seeds: tf.Tensor, number: int | tf.Tensor, shape: Sequence[int]) -> tf.Tensor:
    """Like ``uniform``, from the standard normal distribution."""
    return _by_row(tf.random.stateless_normal, seeds, number, shape)


def _by_row(
    draw: object, seeds: tf.Tensor, number: int | tf.Tensor, shape: Sequence[int]
) -> tf.Tensor:
    def one(seed: tf.Tensor) -> tf.Tensor:
        own = tf.random.experimental.stateless_fold_in(seed, number, alg="philox")
        return draw(list(shape), own, alg="philox")

    return tf.map_fn(one, seeds, fn_output_signature=tf.float32)
