"""Tokens as vectors, side by side, a small dense layer: a network of texts (inputs ``tokens``).

Each position has weights of its own, so that a text is read as a form with ``length`` fields.
"""

import keras
from keras import layers

from chromolens.architectures import _heads

READS = "tokens"


def build(
    length: int,
    channels: int,
    tasks: list[str],
    *,
    objective: str = "binary",
    size: int = 32,
    dense: int = 100,
    dropout: float = 0.5,
) -> keras.Model:
    """Network of tokens int (n, length) below ``channels`` -> (n, tasks).

    Parameters
    ----------
    objective
        As in ``cnn``.
    size
        Numbers in the vector of a token.
    dense
        Units of the dense layer.
    dropout
        Share of its units left out in training.
    """
    inputs = keras.Input((length,), dtype="int32", name="tokens")
    x = layers.Embedding(channels, size, name="embedding")(inputs)
    x = layers.Flatten(name="flat")(x)
    x = _heads.dense_block(x, dense, dropout, "dense")
    return _heads.scalar_model(inputs, x, tasks, objective, "embedding_mlp")
