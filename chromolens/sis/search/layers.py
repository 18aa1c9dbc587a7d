"""The layers of a stack made ready for ``local``: outputs as matrix products.

Arrays of outputs are (n, span + length + span, filters), with coordinate 0 at ``span``. Outputs
that do not exist hold zero, as padding does, or the pooling's neutral element in the last layer.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from chromolens.sis.search.compiled import compiled
from chromolens.sis.search.stack import Conv, Stack

HEADS = 512
"""The head is asked for multiples of so many rows: TensorFlow prepares each shape anew."""


@dataclass(frozen=True)
class Layer:
    """One convolution and its activation.

    ``weights`` (width * channels, filters); ``reach``: span from the input, first and last
    (exclusive) output, width, dilation; ``outside``: what outputs that do not exist hold.
    ``stretches`` (s, 2): the outputs are held once for each, and exist from its first output to
    its last (exclusive).
    """

    weights: np.ndarray
    bias: np.ndarray
    reach: tuple[int, int, int, int, int]
    activate: Callable[[np.ndarray], np.ndarray]
    outside: float
    stretches: np.ndarray

    @property
    def window(self) -> int:
        """Outputs that see one position of the input."""
        return self.reach[0] + 1

    @property
    def room(self) -> tuple[int, int]:
        """Shape of what one output reads: (width, channels)."""
        return self.reach[3], len(self.weights) // self.reach[3]

    def outputs(self, reads: np.ndarray) -> np.ndarray:
        """Before the activation (..., filters), of what is read (..., width, channels)."""
        return reads.reshape(*reads.shape[:-2], len(self.weights)) @ self.weights + self.bias

    def reads(self, places: np.ndarray) -> np.ndarray:
        """Coordinates that the outputs at ``places`` read: (..., width)."""
        return places[..., None] + self.reach[4] * np.arange(self.reach[3])

    @property
    def held(self) -> int:
        """Numbers held of one output: the filters, once for each stretch."""
        return len(self.stretches) * len(self.bias)

    def absent(self, *shape: int) -> np.ndarray:
        """(*shape, held) of outputs that do not exist."""
        return np.full((*shape, self.held), self.outside, np.float32)

    def spread(self, values: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Outputs (n, places, filters) as they are held: (n, places, held)."""
        parts = []
        for first, last in self.stretches:
            there = (places >= first) & (places < last)
            parts.append(np.where(there[:, None], values, np.float32(self.outside)))
        return np.concatenate(parts, axis=2)


class Local:
    """A stack made ready for inputs of one length and one mask (channels,)."""

    def __init__(self, stack: Stack, length: int, mask: np.ndarray):
        self.length, self.mask, self.span = length, mask, stack.span
        self.largest, self.kernel = stack.pool is np.maximum, stack.convs[0].kernel
        spans = np.cumsum([conv.span for conv in stack.convs]).tolist()
        outside = [0.0] * (len(spans) - 1) + [-np.inf if self.largest else 0.0]
        stretches = [((conv.first, conv.last),) for conv in stack.convs[:-1]] + [stack.stretches]
        self.layers = list(map(_layer, stack.convs, spans, outside, stretches))
        self.filters = self.layers[-1].held
        self._head = compiled(stack.head, tf.TensorSpec((None, self.filters)))

    def head(self, pooled: np.ndarray) -> np.ndarray:
        """Target (m,) of what was pooled (m, filters)."""
        values = np.zeros((-(-len(pooled) // HEADS) * HEADS, self.filters), np.float32)
        values[: len(pooled)] = pooled
        return self._head(tf.constant(values)).numpy()[: len(pooled), 0]

    def changes(self, inputs: np.ndarray) -> np.ndarray:
        """What masking positions (m, channels) adds to the first layer: (m, width, filters)."""
        added = np.tensordot(self.mask - inputs, self.kernel.transpose(1, 0, 2), axes=1)
        return np.ascontiguousarray(added, np.float32)

    def first_at(self, inputs: np.ndarray, rows: np.ndarray, places: np.ndarray) -> np.ndarray:
        """First convolution before its activation, at chosen coordinates: (m, p, filters).

        ``inputs`` with ``span`` zeros on both sides, ``rows`` (m,), ``places`` (m, p).
        """
        layer = self.layers[0]
        return layer.outputs(inputs[rows[:, None, None], layer.reads(places) + self.span])

    def all_outputs(self, inputs: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """The first layer before its activation, and every layer, of inputs as in ``first_at``."""
        before, bases, below = np.zeros(0), [], inputs
        for layer in self.layers:
            places = np.arange(layer.reach[1], layer.reach[2])
            values = layer.outputs(below[:, layer.reads(places) + self.span])
            below = layer.absent(*inputs.shape[:2])
            if not bases:
                before = np.zeros((*inputs.shape[:2], len(layer.bias)), np.float32)
                before[:, places + self.span] = values
            below[:, places + self.span] = layer.spread(layer.activate(values), places)
            bases.append(below)
        return before, bases


def _layer(conv: Conv, span: int, outside: float, stretches: tuple[tuple[int, int], ...]) -> Layer:
    reach = (span, conv.first, conv.last, len(conv.kernel), conv.dilation)
    weights = np.ascontiguousarray(conv.kernel.reshape(-1, conv.kernel.shape[-1]), np.float32)
    bias, held = conv.bias.astype(np.float32), np.array(stretches, np.int64)
    return Layer(weights, bias, reach, _activation(conv), outside, held)


def _activation(conv: Conv) -> Callable[[np.ndarray], np.ndarray]:
    """What follows a convolution, on arrays (..., filters), which it may overwrite."""
    if not conv.after:
        return lambda values: values
    if len(conv.after) == 1 and _is_relu(conv.after[0]):
        return lambda values: np.maximum(values, 0, out=values)

    def activate(values: tf.Tensor) -> tf.Tensor:
        for step in conv.after:
            values = step(values)
        return values

    filters = len(conv.bias)
    ask = compiled(activate, tf.TensorSpec((1, None, filters)))

    def on_arrays(values: np.ndarray) -> np.ndarray:
        return ask(tf.constant(values.reshape(1, -1, filters))).numpy().reshape(values.shape)

    return on_arrays


def _is_relu(step: Callable) -> bool:
    if isinstance(step, keras.layers.ReLU):
        return step.get_config() | {"name": ""} == keras.layers.ReLU(name="").get_config()
    function = step.activation if isinstance(step, keras.layers.Activation) else step
    return function is keras.activations.relu
