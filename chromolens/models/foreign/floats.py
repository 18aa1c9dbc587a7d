"""Networks of integer inputs, taken as networks of floats: integers have no gradient."""

import keras
import numpy as np
import tensorflow as tf

from chromolens.errors import BadInput
from chromolens.models.graph import run, single

_LENGTH, _ROWS = 100, 4


def of_floats(network: keras.Model) -> keras.Model:
    """``network``, fed floats where it takes integers (n, length, channels, ...).

    Weights are shared. BadInput where it then gives other answers, or has no gradient either.
    """
    if all("float" in one.dtype or len(one.shape) < 3 for one in network.inputs):
        return network
    starts = [keras.Input(one.shape[1:], name=one.name) for one in network.inputs]
    made = keras.Model(single(starts), run(network, starts, lambda layer: layer))
    rng, kind = np.random.default_rng(0), network.inputs[0].dtype
    shapes = [(_ROWS, *(size or _LENGTH for size in one.shape[1:])) for one in starts]
    integers = [rng.integers(0, 2, shape) for shape in shapes]
    floats = [tf.constant(one, tf.float32) for one in integers]
    with tf.GradientTape() as tape:
        tape.watch(floats)
        found = keras.tree.flatten(made(single(floats)))
    given = [tf.cast(one, own.dtype) for one, own in zip(integers, network.inputs, strict=True)]
    for one, other in zip(keras.tree.flatten(network(single(given))), found, strict=True):
        one, other = np.asarray(one), np.asarray(other)
        if not np.abs(one - other).max() <= 1e-5 * max(1.0, np.abs(one).max()):
            raise _unlike(kind, "gives other answers to floats")
    if all(one is None for one in tape.gradient(found, floats)):
        raise _unlike(kind, "has no gradient: it computes with integers")
    return made


def _unlike(kind: str, found: str) -> BadInput:
    return BadInput(
        f"the network takes {kind} and {found}",
        expected="a network of float32 inputs",
        remedy="rebuild it with keras.Input(..., dtype='float32') and the same weights",
    )
