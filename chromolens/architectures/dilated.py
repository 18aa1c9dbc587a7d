"""BPNet (Avsec et al., 2021, DOI 10.1038/s41588-021-00782-6): dilated residual convolutions.

Every position sees hundreds of bases around it while keeping its place, so the network can
predict a profile at base resolution; with a pooling on top it classifies or regresses windows.
"""

import keras
from keras import layers

from chromolens.architectures import _heads


def build(
    length: int,
    channels: int,
    tasks: list[str],
    *,
    objective: str = "binary",
    filters: int = 64,
    kernel: int = 25,
    dilated_layers: int = 6,
    dense: int = 32,
    dropout: float = 0.3,
    profile_length: int | None = None,
    profile_kernel: int = 75,
    strands: int = 2,
) -> keras.Model:
    """Network (n, length, channels) -> (n, tasks), or profiles and counts (``_heads``).

    Parameters
    ----------
    objective
        ``binary``, ``regression`` or ``profile``.
    filters, kernel
        Filters of every convolution, and the width of the first, in bp.
    dilated_layers
        Residual convolutions of width 3 with dilations 2, 4, 8, ...: a position sees
        kernel + 4 (2^dilated_layers - 1) bases. 6 (277 bp) suit windows to 500 bp; BPNet: 9.
    dense, dropout
        Units of the dense layer and the share left out in training (not for profiles). Without
        the layer (0) logits are weighted sums of the filters' best matches.
    profile_length
        Central bases predicted by a profile, in bp; default: the window.
    profile_kernel
        Width of the convolution that makes a profile, in bp.
    strands
        Channels of each profile: 1, or 2 (plus, minus).

    Raises
    ------
    BadInput
        Unknown objective, or a profile that does not fit the window.
    """
    inputs = _heads.sequence(length, channels)
    x = layers.Conv1D(filters, kernel, padding="same", name="conv")(inputs)
    x = layers.ReLU(name="conv_relu")(x)
    for i in range(1, dilated_layers + 1):
        x = _residual(x, filters, 2**i, f"dilated{i}")
    if objective == "profile":
        head = {"profile_length": profile_length or length, "strands": strands}
        return _heads.profile_model(
            inputs, x, tasks, **head, kernel=profile_kernel, name="dilated"
        )
    x = layers.GlobalMaxPooling1D(name="best_match")(x)
    if dense:
        x = _heads.dense_block(x, dense, dropout, "dense")
    return _heads.scalar_model(inputs, x, tasks, objective, "dilated")


def _residual(x: keras.KerasTensor, filters: int, dilation: int, name: str) -> keras.KerasTensor:
    y = layers.Conv1D(filters, 3, padding="same", dilation_rate=dilation, name=name)(x)
    y = layers.ReLU(name=f"{name}_relu")(y)
    return layers.Add(name=f"{name}_add")([x, y])
