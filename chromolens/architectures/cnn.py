"""One convolution, its best match in the window, a small dense layer.

The smallest network that finds motifs (Zeng et al., 2016, DOI 10.1093/bioinformatics/btw255,
found one layer enough for most transcription factors), and the default on a CPU.
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
    filters: int = 128,
    kernel: int = 21,
    centre: int = 0,
    filter_dropout: float = 0.15,
    dense: int = 64,
    dropout: float = 0.2,
) -> keras.Model:
    """Network (n, length, channels) -> (n, tasks).

    Parameters
    ----------
    objective
        ``binary`` or ``regression``.
    filters
        Number of convolution filters.
    kernel
        Their width, in bp. The convolution is ``valid``: no filter sees beyond the window.
    centre
        Bases in the middle of the window whose best match is read beside that of the whole window:
        where a site must lie to count (twice ``positive_within``, and a little more). 0: of the
        whole window alone, wherever it is.
    filter_dropout
        Share of filters that match nowhere in a step of training: no task may hang on one filter.
    dense
        Units of the dense layer.
    dropout
        Share of its units left out in training.

    Raises
    ------
    BadInput
        The kernel is wider than the window, or the centre wider than what the kernel sees whole.
    """
    _heads.check_fits(kernel, length, "kernel")
    inputs = _heads.sequence(length, channels)
    x = layers.Conv1D(filters, kernel, name="conv")(inputs)
    x = layers.ReLU(name="conv_relu")(x)
    x = layers.SpatialDropout1D(filter_dropout, name="filter_dropout")(x)
    best = layers.GlobalMaxPooling1D(name="best_match")(x)
    if centre:
        _heads.check_fits(centre, x.shape[1], "centre")
        beside = x.shape[1] - centre
        middle = layers.Cropping1D((beside // 2, beside - beside // 2), name="middle")(x)
        central = layers.GlobalMaxPooling1D(name="best_central_match")(middle)
        best = layers.Concatenate(name="best_matches")([best, central])
    # Best matches are positive and alike: without their mean taken off, a step that lowers all of
    # them kills units of the dense layer for good, up to 61 of 64 within the first epoch.
    best = layers.BatchNormalization(momentum=0.9, name="best_match_norm")(best)
    x = _heads.dense_block(best, dense, dropout, "dense")
    return _heads.scalar_model(inputs, x, tasks, objective, "cnn")
