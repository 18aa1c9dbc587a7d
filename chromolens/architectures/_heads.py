"""What all networks share: their input, their blocks, and the last layers with their names.

Layer names are part of the contract: ``logits`` is what attribution explains, ``probability``
follows it in classifiers; profile networks end in ``profile_{task}`` and ``counts``. Every
nonlinearity is a layer of its own, so that attribution can treat it by itself.
"""

import keras
from keras import layers

from chromolens.errors import BadInput

_LAST = {"binary": "sigmoid", "classes": "softmax", "regression": "", "continuous": ""}
"""What follows the logits."""


def sequence(length: int, channels: int) -> keras.KerasTensor:
    """Input ``sequence``: float32 (n, length, channels), one-hot with N as zeros."""
    return keras.Input((length, channels), name="sequence")


def check_fits(wanted: int, available: int, setting: str) -> None:
    """Raise BadInput if a layer ``wanted`` bases wide meets only ``available`` of them."""
    if not 1 <= wanted <= available:
        raise BadInput(
            f"{setting} is {wanted}, but the layer sees {available} positions",
            expected=f"1 to {available}",
            remedy=f"choose a smaller {setting} or a longer window",
        )


def check_settings(**lists: list[int]) -> None:
    """Raise BadInput unless the named lists of layer settings have one length."""
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) != 1:
        raise BadInput(
            f"settings differ in length: {lengths}", expected="one entry per convolution in each"
        )


def dense_block(x: keras.KerasTensor, units: int, dropout: float, name: str) -> keras.KerasTensor:
    """Dense, ReLU, dropout: (n, features) -> (n, units)."""
    x = layers.Dense(units, name=name)(x)
    x = layers.ReLU(name=f"{name}_relu")(x)
    return layers.Dropout(dropout, name=f"{name}_dropout")(x)


def scalar_model(
    inputs: keras.KerasTensor, x: keras.KerasTensor, tasks: list[str], objective: str, name: str
) -> keras.Model:
    """Finish a network with one number per task.

    Parameters
    ----------
    x : (n, features)
    objective
        ``binary``: ``logits`` (n, tasks), then ``probability``; ``classes`` likewise, their
        probabilities add up to 1. ``regression`` and ``continuous``: ``logits`` is the output, in
        the units of the (transformed) label.

    Raises
    ------
    BadInput
        Another objective.
    """
    if objective not in _LAST:
        raise BadInput(
            f"architecture {name} has no objective {objective!r}",
            expected=f"one of {', '.join(_LAST)} (profile: architecture dilated)",
        )
    # float32 under mixed precision too: losses of half-precision logits overflow.
    x = layers.Dense(len(tasks), name="logits", dtype="float32")(x)
    if _LAST[objective]:
        x = layers.Activation(_LAST[objective], name="probability", dtype="float32")(x)
    return keras.Model(inputs, x, name=name)


def profile_model(
    inputs: keras.KerasTensor,
    x: keras.KerasTensor,
    tasks: list[str],
    *,
    profile_length: int,
    strands: int,
    kernel: int,
    name: str,
) -> keras.Model:
    """Finish a network with a profile per task and their total counts (Avsec et al., 2021).

    Parameters
    ----------
    x : (n, length, features)
    profile_length
        Central bases predicted, in bp.
    strands
        Channels of each profile: 1, or 2 (plus, minus).
    kernel
        Width of the convolution that makes a profile, in bp.

    Returns
    -------
    Outputs ``profile_{task}`` (n, profile_length, strands), logits of the shape of the profile
    of each strand, and ``counts`` (n, tasks), log(1 + total over both strands) as in ChromBPNet.

    Raises
    ------
    BadInput
        A profile longer than the window, or one that can't be centred in it.
    """
    length = x.shape[1]
    check_fits(profile_length, length, "profile_length")
    margin, odd = divmod(length - profile_length, 2)
    if odd:
        raise BadInput(
            f"profile_length {profile_length} can't be centred in a window of {length}",
            expected="both even or both odd, so that the two strands see the same bases",
        )
    outputs = []
    for task in tasks:
        wide = layers.Conv1D(strands, kernel, padding="same", name=f"profile_{task}_conv")(x)
        crop = layers.Cropping1D(margin, name=f"profile_{task}", dtype="float32")
        outputs.append(crop(wide))
    mean = layers.GlobalAveragePooling1D(name="mean")(x)
    outputs.append(layers.Dense(len(tasks), name="counts", dtype="float32")(mean))
    return keras.Model(inputs, outputs, name=name)
