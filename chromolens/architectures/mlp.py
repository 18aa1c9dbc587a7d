"""Dense layers over the whole window: a network that knows places, not motifs.

What a convolution is held against (Carter et al., 2019, compare the two): each position has
weights of its own, so a motif must be learned anew at every place.
"""

from collections.abc import Sequence

import keras
from keras import layers

from chromolens.architectures import _heads


def build(
    length: int,
    channels: int,
    tasks: list[str],
    *,
    objective: str = "binary",
    dense: Sequence[int] = (256, 64),
    dropout: float = 0.5,
) -> keras.Model:
    """Network (n, length, channels) -> (n, tasks).

    Parameters
    ----------
    objective
        As in ``cnn``.
    dense
        Units of each dense layer.
    dropout
        Share of the units of each that is left out in training.
    """
    inputs = _heads.sequence(length, channels)
    x = layers.Flatten(name="flat")(inputs)
    for index, units in enumerate(dense):
        x = _heads.dense_block(x, units, dropout, f"dense{index}")
    return _heads.scalar_model(inputs, x, tasks, objective, "mlp")
