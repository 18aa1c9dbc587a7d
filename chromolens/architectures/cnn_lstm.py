"""DanQ (Quang and Xie, 2016, DOI 10.1093/nar/gkw226): a convolution, then a bidirectional LSTM."""

import keras
from keras import layers

from chromolens.architectures import _heads


def build(
    length: int,
    channels: int,
    tasks: list[str],
    *,
    objective: str = "binary",
    filters: int = 320,
    kernel: int = 26,
    pool: int = 13,
    lstm: int = 320,
    dense: int = 925,
    conv_dropout: float = 0.2,
    lstm_dropout: float = 0.5,
) -> keras.Model:
    """Network (n, length, channels) -> (n, tasks).

    Parameters
    ----------
    objective
        ``binary`` or ``regression``.
    filters, kernel
        Number of convolution filters and their width, in bp.
    pool
        Width and stride of the max pooling, in bp.
    lstm
        Units of the LSTM in each direction.
    dense
        Units of the dense layer.
    conv_dropout, lstm_dropout
        Shares left out in training after the pooling and after the LSTM.

    Raises
    ------
    BadInput
        The kernel is wider than the window, or the pooling leaves nothing.
    """
    _heads.check_fits(kernel, length, "kernel")
    _heads.check_fits(pool, length - kernel + 1, "pool")
    inputs = _heads.sequence(length, channels)
    x = layers.Conv1D(filters, kernel, name="conv")(inputs)
    x = layers.ReLU(name="conv_relu")(x)
    x = layers.MaxPooling1D(pool, name="conv_pool")(x)
    x = layers.Dropout(conv_dropout, name="conv_dropout")(x)
    x = layers.Bidirectional(layers.LSTM(lstm, return_sequences=True, name="lstm"), name="both")(x)
    x = layers.Dropout(lstm_dropout, name="lstm_dropout")(x)
    x = layers.Flatten(name="flatten")(x)
    x = _heads.dense_block(x, dense, 0.0, "dense")
    return _heads.scalar_model(inputs, x, tasks, objective, "cnn_lstm")
