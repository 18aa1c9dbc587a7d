"""Layers in front of a network that takes DNA in another order: linear, without weights."""

from collections.abc import Sequence

import keras


@keras.saving.register_keras_serializable("chromolens")
class Rearranged(keras.layers.Layer):
    """(n, length, channels A C G T) -> the same numbers in another order of axes and channels.

    Parameters
    ----------
    axes
        Words ``length``, ``channels`` and ``1`` in the order of the output's axes.
    order
        Channel i of the output is channel ``order[i]`` of the input (of its reverse complement).
    turned
        Whether the sequence is reverse-complemented first.
    """

    def __init__(self, axes: Sequence[str], order: Sequence[int], turned: bool = False, **options):
        super().__init__(**options)
        self.axes, self.order, self.turned = tuple(axes), tuple(order), turned

    def call(self, inputs: object) -> object:
        """float (n, length, channels) -> float (n, *axes)."""
        if self.turned:
            inputs = keras.ops.flip(inputs, axis=(1, 2))
        if self.order != tuple(range(len(self.order))):
            # not a gather, whose gradient would be sparse
            inputs = keras.ops.stack([inputs[..., place] for place in self.order], axis=-1)
        if self.axes.index("channels") < self.axes.index("length"):
            inputs = keras.ops.transpose(inputs, (0, 2, 1))
        for place, word in enumerate(self.axes, start=1):
            if word == "1":
                inputs = keras.ops.expand_dims(inputs, place)
        return inputs

    def get_config(self) -> dict:
        """What ``__init__`` takes."""
        own = {"axes": self.axes, "order": self.order, "turned": self.turned}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("chromolens")
class Zeros(keras.layers.Layer):
    """Zeros (n, *shape) for an input that is left empty, as the control of a profile model."""

    def __init__(self, shape: Sequence[int], **options):
        super().__init__(**options)
        self.shape = tuple(shape)

    def call(self, inputs: object) -> object:
        """Zeros for as many rows as ``inputs`` has."""
        return keras.ops.zeros((keras.ops.shape(inputs)[0], *self.shape))

    def get_config(self) -> dict:
        """What ``__init__`` takes."""
        return {**super().get_config(), "shape": self.shape}
