"""What unlike kernels may do to a network, made visible on every processor.

``Seat`` adds a number that depends on the row's place in its batch: whoever's answer depends on
where it stands is found out to the bit. ``rough`` rounds every product at random: whoever lets
rounding choose is found out by a leap.
"""

from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable("tests")
class Seat(layers.Layer):
    """Adds 0.01 x the row's place in its batch."""

    def call(self, inputs):
        """Float (n, ...) -> the same."""
        return inputs + 0.01 * (tf.cumsum(tf.ones_like(inputs), axis=0) - 1)


def seated(length: int, tasks: int = 2, seed: int = 0) -> keras.Model:
    """A convolutional network whose answers depend on a row's place in its batch."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((length, 4))
    x = layers.Conv1D(8, 5, activation="relu")(Seat()(inputs))
    x = layers.Flatten()(layers.MaxPooling1D(4)(Seat()(x)))
    x = layers.Dense(16, activation="tanh")(x)
    return keras.Model(inputs, Seat()(layers.Dense(tasks)(x)))


def one_hot(count: int, length: int, seed: int = 0) -> np.ndarray:
    """Random DNA, float32 (count, length, 4)."""
    codes = np.random.default_rng(seed).integers(0, 4, (count, length))
    return np.eye(4, dtype=np.float32)[codes]


ROUNDING = 1.2e-7
"""Of the sum of the sizes of all products: what float32 kernels are off by (2^-23)."""


@contextmanager
def rough(seed: int):
    """Within the block convolutions and products are rounded at random, place by place.

    Networks must be traced within it. Draws are the same for the same ``seed``.
    """
    homes = (tf.nn, "convolution"), (tf.nn, "conv2d"), (tf, "matmul"), (tf.linalg, "matmul")
    kept = [(home, name, getattr(home, name)) for home, name in homes]
    for home, name, exact in kept:
        setattr(home, name, _rounded(exact, seed))
    try:
        yield
    finally:
        for home, name, exact in kept:
            setattr(home, name, exact)


def _rounded(exact, seed: int):
    def product(first, second, *settings, **options):
        values = exact(first, second, *settings, **options)
        # not abs: guided backpropagation would take it for a hidden ReLU
        sizes = exact(*(tf.sqrt(side * side) for side in (first, second)), *settings, **options)
        drawn = tf.random.stateless_uniform(tf.shape(values), [seed, 0], -1, 1, values.dtype)
        return values + tf.stop_gradient(ROUNDING * drawn * sizes)

    return product
