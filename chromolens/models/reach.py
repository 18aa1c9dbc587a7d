"""Which outputs of a convolution or a pooling see which of its inputs."""

from dataclasses import dataclass

import numpy as np
from keras import layers

from chromolens.models.kinds import Kind, kind_of


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
