"""The outputs of a network before its last sigmoid or softmax.

Attributions explain logits: a saturated sigmoid has no slope left, and a softmax lets every
class answer for every other. The weights are those of the network itself, not copies.
"""

import keras
from keras import layers

from chromolens.models.graph import functional, producer, single
from chromolens.models.kinds import WEIGHTED

SQUASHING = ("sigmoid", "softmax")
SHAPES = (layers.Flatten, layers.Identity, layers.Reshape)


class Preactivation(keras.layers.Layer):
    """What ``layer``, one of ``WEIGHTED``, computes before its activation; shares its weights."""

    def __init__(self, layer: keras.layers.Layer):
        super().__init__(name=f"{layer.name}_preactivation")
        self.layer = layer
        self.built = True

    def call(self, inputs: object) -> object:
        """float (n, ..., units), like the layer's output."""
        return linear_part(self.layer, inputs)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """The layer's own output shape."""
        return self.layer.compute_output_shape(input_shape)


def linear_part(layer: keras.layers.Layer, inputs: object) -> object:
    """``layer`` (one of ``WEIGHTED``) applied without its activation."""
    activation, layer.activation = layer.activation, keras.activations.linear
    try:
        return layer.call(inputs)
    finally:
        layer.activation = activation


def without_last_activation(network: keras.Model) -> keras.Model:
    """``network`` with each output taken before a final sigmoid or softmax, if it has one.

    The activation may be a layer of its own, fused into a Dense or Conv1D, or the end of a
    model nested in the last place.
    """
    wrapped: dict[int, keras.layers.Layer] = {}
    outputs = [_before_activation(output, wrapped) for output in network.outputs]
    return keras.Model(single(network.inputs), outputs)


def _before_activation(output: object, wrapped: dict[int, keras.layers.Layer]) -> object:
    layer, inputs, place = producer(output)
    if is_squashing(layer):
        return inputs[0]
    if isinstance(layer, SHAPES):
        before = _before_activation(inputs[0], wrapped)
        return output if before is inputs[0] else layer(before)
    if isinstance(layer, keras.Model):
        nested = wrapped.setdefault(id(layer), without_last_activation(functional(layer)))
        return keras.tree.flatten(nested(single(inputs)))[place]
    if _fuses_squashing(layer):
        return wrapped.setdefault(id(layer), Preactivation(layer))(inputs[0])
    return output


def is_squashing(layer: keras.layers.Layer) -> bool:
    """Whether ``layer`` does nothing but a sigmoid or a softmax."""
    if isinstance(layer, keras.layers.Softmax):
        return True
    return isinstance(layer, keras.layers.Activation) and activation_name(layer) in SQUASHING


def _fuses_squashing(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, WEIGHTED) and activation_name(layer) in SQUASHING


def activation_name(layer: keras.layers.Layer, attribute: str = "activation") -> str:
    """Name of the function a layer applies to its outputs (``linear`` for none)."""
    function = getattr(layer, attribute)
    return getattr(function, "__name__", type(function).__name__)
