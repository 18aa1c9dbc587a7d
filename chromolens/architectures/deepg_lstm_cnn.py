"""The network of deepG's vignette on GC content: convolutions, an LSTM, a small dense layer."""

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
    filters: Sequence[int] = (8, 16),
    kernels: Sequence[int] = (8, 8),
    pools: Sequence[int] = (3, 3),
    lstm: int = 8,
    dense: int = 4,
) -> keras.Model:
    """Network (n, length, channels) -> (n, tasks).

    Parameters
    ----------
    objective
        ``binary``, ``classes``, ``regression`` or ``continuous``.
    filters, kernels, pools
        Of each convolution: number of filters, their width and that of the max pooling behind it,
        in positions.
    lstm
        Units of the LSTM, whose last state is read.
    dense
        Units of the dense layer.

    Raises
    ------
    BadInput
        Lists of different lengths, a kernel or pooling wider than what it sees.
    """
    _heads.check_settings(filters=filters, kernels=kernels, pools=pools)
    inputs = x = _heads.sequence(length, channels)
    for number, (count, kernel, pool) in enumerate(zip(filters, kernels, pools, strict=True), 1):
        _heads.check_fits(kernel, x.shape[1], "kernels")
        _heads.check_fits(pool, x.shape[1], "pools")
        x = layers.Conv1D(count, kernel, padding="same", name=f"conv{number}")(x)
        x = layers.ReLU(name=f"conv{number}_relu")(x)
        x = layers.MaxPooling1D(pool, name=f"conv{number}_pool")(x)
    x = layers.LSTM(lstm, name="lstm")(x)
    x = _heads.dense_block(x, dense, 0.0, "dense")
    return _heads.scalar_model(inputs, x, tasks, objective, "deepg_lstm_cnn")
