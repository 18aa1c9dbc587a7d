"""A convolution and an LSTM of which only the last state is read, as users build it for genotypes.

The default is the network whose contributions were reported to lie on the last chromosome
(DeepExplain, issue 72), to the letter. What an LSTM saw early has faded from its last state before
anything is learned; the settings make the controls: the mean of all states and both directions,
which have no such place, no LSTM at all, and all positions read, each by weights of its own.
"""

import keras
from keras import layers

from chromolens.architectures import _heads
from chromolens.errors import BadInput

_POOLING = ("last", "mean", "all")


def build(
    length: int,
    channels: int,
    tasks: list[str],
    *,
    objective: str = "binary",
    filters: int = 16,
    kernel: int = 3,
    stride: int = 2,
    pool: int = 2,
    lstm: int = 32,
    dropout: float = 0.2,
    recurrent: bool = True,
    bidirectional: bool = False,
    pooling: str = "last",
) -> keras.Model:
    """Network (n, length, channels) -> (n, tasks).

    Parameters
    ----------
    objective
        ``binary``, ``classes``, ``regression`` or ``continuous``.
    filters, kernel, stride
        Number of convolution filters, their width and step, in positions; ``valid``.
    pool
        Width and stride of the max pooling, in steps of the convolution.
    lstm
        Units of the LSTM (in each direction).
    dropout
        Share left out in training, before each batch normalisation.
    recurrent
        Without it there is no LSTM: the pooled convolution itself is averaged over positions, or
        read as it is where pooling is ``all``.
    bidirectional
        Read from both ends; ``last`` are then the states at the end of each direction.
    pooling
        ``last``: the LSTM's last state; ``mean``: the mean of its states over positions; ``all``:
        every state, by weights of its own.

    Raises
    ------
    BadInput
        The kernel is wider than the input, the pooling leaves nothing, or an unknown pooling.
    """
    _heads.check_fits(kernel, length, "kernel")
    _heads.check_fits(pool, (length - kernel) // stride + 1, "pool")
    if pooling not in _POOLING:
        raise BadInput(f"pooling is {pooling!r}", expected=" or ".join(_POOLING))
    inputs = _heads.sequence(length, channels)
    x = layers.Conv1D(filters, kernel, strides=stride, name="conv")(inputs)
    x = layers.ReLU(name="conv_relu")(x)
    x = layers.MaxPooling1D(pool, name="conv_pool")(x)
    x = layers.Dropout(dropout, name="conv_dropout")(x)
    x = layers.BatchNormalization(name="conv_norm")(x)
    if recurrent:
        states = layers.LSTM(lstm, return_sequences=pooling != "last", name="lstm")
        x = (layers.Bidirectional(states, name="both") if bidirectional else states)(x)
    if pooling == "all":
        x = layers.Flatten(name="all")(x)
    elif pooling == "mean" or not recurrent:
        x = layers.GlobalAveragePooling1D(name="mean")(x)
    x = layers.Dropout(dropout, name="lstm_dropout")(x)
    x = layers.BatchNormalization(name="lstm_norm")(x)
    return _heads.scalar_model(inputs, x, tasks, objective, "cnn_lstm_last")
