"""Convolutions, the average over all positions, a small dense layer.

The network that the DeepLIFT paper trains on planted motifs (Shrikumar, Greenside and Kundaje,
2017, 4.2). An average adds up all matches in the window, so that one hides no other, as the best
match does.
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
    filters: Sequence[int] = (50, 50),
    kernels: Sequence[int] = (11, 11),
    dense: int = 50,
    dropout: float = 0.5,
) -> keras.Model:
    """Network (n, length, channels) -> (n, tasks).

    Parameters
    ----------
    objective
        ``binary``, ``classes``, ``regression`` or ``continuous``.
    filters, kernels
        Number of filters of each convolution, and their width in positions. Convolutions are
        ``valid``: no filter sees beyond the window.
    dense
        Units of the dense layer.
    dropout
        Share of its units left out in training.

    Raises
    ------
    BadInput
        Lists of different lengths, or a kernel wider than what it sees.
    """
    _heads.check_settings(filters=filters, kernels=kernels)
    inputs = x = _heads.sequence(length, channels)
    for number, (count, kernel) in enumerate(zip(filters, kernels, strict=True), start=1):
        _heads.check_fits(kernel, x.shape[1], "kernels")
        x = layers.Conv1D(count, kernel, name=f"conv{number}")(x)
        x = layers.ReLU(name=f"conv{number}_relu")(x)
    x = layers.GlobalAveragePooling1D(name="average")(x)
    x = _heads.dense_block(x, dense, dropout, "dense")
    return _heads.scalar_model(inputs, x, tasks, objective, "cnn_average")
