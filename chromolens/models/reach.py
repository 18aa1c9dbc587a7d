"""Which outputs of a convolution or a pooling see which of its inputs."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from keras import layers

from chromolens.errors import BadInput
from chromolens.models.graph import operations, producer
from chromolens.models.kinds import IDENTITIES, Kind, by_position, by_window, kind_of


@dataclass(frozen=True)
class Windows:
    """Runs of ``width`` places: where they begin, int (windows,), and their width.

    Places below 0 or past the end of a tensor are padding, where it is read, and are no places
    at all where it is written.
    """

    first: np.ndarray
    width: int


@dataclass(frozen=True)
class Reach:
    """Output o sees the inputs o stride - left + dilation j, for j in 0 .. size - 1."""

    size: int
    stride: int
    dilation: int
    left: int

    @property
    def span(self) -> int:
        """Inputs from the first to the last that an output sees, less one."""
        return (self.size - 1) * self.dilation

    def outputs(self, inputs: Windows) -> Windows:
        """The outputs that see something of ``inputs``."""
        first = -((self.span - self.left - inputs.first) // self.stride)
        last = (inputs.first + inputs.width - 1 + self.left) // self.stride
        return Windows(first, int((last - first).max()) + 1)

    def inputs(self, outputs: Windows) -> Windows:
        """What ``outputs`` see."""
        first = outputs.first * self.stride - self.left
        return Windows(first, (outputs.width - 1) * self.stride + self.span + 1)

    def behind(self, inner: "Reach") -> "Reach":
        """What an output sees of the inputs of ``inner``, whose outputs it reads; holes filled."""
        size = self.span * inner.stride + inner.span + 1
        left = self.left * inner.stride + inner.left
        return Reach(size, self.stride * inner.stride, 1, left)

    def beside(self, other: "Reach") -> "Reach":
        """What both see together, of the same stride."""
        left = max(self.left, other.left)
        right = max(self.span - self.left, other.span - other.left)
        return Reach(left + right + 1, self.stride, 1, left)


ONE = Reach(1, 1, 1, 0)
_TOGETHER = (
    *(layers.Add, layers.Average, layers.Concatenate, layers.Maximum, layers.Multiply),
    *(layers.Subtract, *operations("Add Subtract Multiply Concatenate Maximum")),
)


def field_of(tensor: object) -> Reach:
    """Which positions of a network's input a position of ``tensor`` (n, positions, units) sees.

    BadInput where it sees all of them, or a layer isn't known to keep to its window.
    """
    layer, inputs, _ = producer(tensor)
    if not inputs:
        return ONE
    fields = [field_of(one) for one in inputs]
    if by_window(layer) and len(tensor.shape) == 3:
        return reach_of(layer, inputs[0].shape[1]).behind(fields[0])
    if isinstance(layer, IDENTITIES) or by_position(layer):
        return fields[0]
    together = type(layer) in _TOGETHER and getattr(layer, "axis", -1) in (-1, 2)
    same = {(field.stride, one.shape[1]) for field, one in zip(fields, inputs, strict=True)}
    if together and len(same) == 1:
        return reduce(Reach.beside, fields)
    raise BadInput(
        f"what a position sees behind layer {layer.name!r} ({type(layer).__name__}) isn't a "
        "window",
        expected="convolutions and poolings along positions, what works at each by itself, and "
        "their sums",
        remedy="look at the inputs that excite the unit most",
    )


def reach_of(layer: layers.Layer, length: int) -> Reach:
    """Of a layer that slides (a convolution or a pooling) on inputs of ``length``."""
    pools = Kind.POOLS in kind_of(layer)
    size = (layer.pool_size if pools else layer.kernel_size)[0]
    stride, dilation = layer.strides[0], 1 if pools else layer.dilation_rate[0]
    span = (size - 1) * dilation
    left, _ = padding_around(layer.padding, length, span + 1, stride)
    return Reach(size, stride, dilation, left)


def padding_around(padding: str, length: int, size: int, stride: int = 1) -> tuple[int, int]:
    """Places put before and behind ``length`` ones for windows of ``size``, holes included.

    ``same`` leaves a window for every ``stride`` places begun; of what is missing for that the
    smaller half is put before.
    """
    if padding == "same":
        missing = max((-(-length // stride) - 1) * stride + size - length, 0)
        return missing // 2, missing - missing // 2
    return {"valid": (0, 0), "causal": (size - 1, 0)}[padding]
