"""Basset (Kelley, Snoek and Rinn, 2016, DOI 10.1101/gr.200535.115): three convolutions, two
dense layers. About 4 million weights for 600 bp: a network for a GPU, or for smaller settings."""

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
    filters: Sequence[int] = (300, 200, 200),
    kernels: Sequence[int] = (19, 11, 7),
    pools: Sequence[int] = (3, 4, 4),
    dense: Sequence[int] = (1000, 1000),
    dropout: float = 0.3,
    padding: str = "same",
) -> keras.Model:
    """Network (n, length, channels) -> (n, tasks).

    Parameters
    ----------
    objective
        ``binary`` or ``regression``.
    filters, kernels, pools
        Number of filters, their width and the width of the max pooling after them, one entry
        per convolution; widths in positions of the layer before.
    dense
        Units of each dense layer.
    dropout
        Share of dense units left out in training.
    padding
        ``same`` works at any window; ``valid`` is the published network, for 600 bp.

    Raises
    ------
    BadInput
        Lists of unequal length, or pooling that leaves nothing.
    """
    _heads.check_settings(filters=filters, kernels=kernels, pools=pools)
    inputs = x = _heads.sequence(length, channels)
    for i, (count, kernel, pool) in enumerate(zip(filters, kernels, pools, strict=True), start=1):
        x = _convolution(x, count, kernel, pool, padding, f"conv{i}")
    x = layers.Flatten(name="flatten")(x)
    for i, units in enumerate(dense, start=1):
        x = _heads.dense_block(x, units, dropout, f"dense{i}")
    return _heads.scalar_model(inputs, x, tasks, objective, "basset")


def _convolution(
    x: keras.KerasTensor, count: int, kernel: int, pool: int, padding: str, name: str
) -> keras.KerasTensor:
    if padding == "valid":
        _heads.check_fits(kernel, x.shape[1], "kernels")
    # A batch normalisation follows and has its own offset.
    x = layers.Conv1D(count, kernel, padding=padding, use_bias=False, name=name)(x)
    x = layers.BatchNormalization(name=f"{name}_norm")(x)
    x = layers.ReLU(name=f"{name}_relu")(x)
    _heads.check_fits(pool, x.shape[1], "pools")
    return layers.MaxPooling1D(pool, name=f"{name}_pool")(x)
