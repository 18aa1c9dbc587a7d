"""Layers that make visible, on every processor, what unlike kernels may do to a network.

``Seat`` adds a number that depends on the row's place in its batch: whoever's answer depends on
where it stands is found out to the bit.
"""

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
