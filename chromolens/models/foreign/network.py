"""Networks known by their outputs and gradients alone: no layers that a rule could see through.

Methods that need layers refuse them by name; gradients, integrated gradients, occlusion, ISM and
sufficient subsets work. Nothing says where the last activation is, so outputs are read as they
are (``target="output"``) unless the layout declares them to be logits.
"""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from chromolens.errors import BadInput
from chromolens.models.graph import single


class Opaque(keras.layers.Layer):
    """Calls ``function`` (list of tensors -> tensor, list or dict of tensors).

    Attributes
    ----------
    foreign
        The variables of the network within, which Keras 3 doesn't see.
    reason
        Why its layers aren't known.
    """

    def __init__(self, function: Callable, outputs: list[tuple], foreign: list, reason: str):
        super().__init__(name="opaque_network")
        self._function, self._outputs = function, outputs
        self._foreign = tuple(foreign)
        self.reason = reason
        self.built = True

    @property
    def foreign(self) -> tuple:
        """The network's own variables."""
        return self._foreign

    def call(self, inputs: object) -> list:
        """Outputs in the declared order."""
        found = self._function(inputs)
        if isinstance(found, dict):
            return [found[name] for name, _ in self._outputs]
        return list(found) if isinstance(found, list | tuple) else [found]

    def compute_output_spec(self, inputs: object) -> list:
        """Known beforehand: nothing is traced."""
        return [keras.KerasTensor(tuple(shape)) for _, shape in self._outputs]


def opaque(
    function: Callable,
    *,
    inputs: Sequence[tuple],
    outputs: Sequence[tuple],
    variables: Sequence,
    reason: str,
) -> keras.Model:
    """A Keras 3 network around ``function``; inputs and outputs are (name, shape) pairs."""
    tensors = [keras.Input(tuple(shape)[1:], name=_plain(name)) for name, shape in inputs]
    found = Opaque(function, list(outputs), list(variables), reason)(single(tensors))
    named = [
        keras.layers.Identity(name=_plain(name))(tensor)
        for (name, _), tensor in zip(outputs, found, strict=True)
    ]
    return keras.Model(single(tensors), named)


def checked_network(network: object) -> keras.Model:
    """``network``, rebuilt in Keras 3 if it is one of Keras 2; BadInput for what is no network."""
    if isinstance(network, keras.Model):
        return network
    if type(network).__module__.startswith("tf_keras."):
        from chromolens.models.foreign.keras2 import convert

        return convert(network)
    raise BadInput(
        f"{getattr(network, '__name__', type(network).__name__)!r} is not a Keras network",
        expected="a keras.Model, or a model from load_model",
        remedy="wrap a function (n, length, channels) -> (n, tasks): Model.of_function(f, length)",
    )


def only_asked(function: Callable, tasks: int, inputs: object) -> object:
    """``function`` of NumPy arrays, asked in a graph: float32 (n, tasks), without a gradient."""

    @tf.custom_gradient
    def ask(inputs: tf.Tensor) -> tuple:
        def numbers(array: np.ndarray) -> np.ndarray:
            return np.asarray(function(array), np.float32)

        found = tf.numpy_function(numbers, [inputs], tf.float32)
        return tf.ensure_shape(found, [None, tasks]), _no_gradient

    return ask(inputs)


def _no_gradient(signal: tf.Tensor) -> tf.Tensor:
    raise BadInput(
        "a function has no gradient",
        expected="occlusion, ism, shapley_sampling, kernel_shap, lime or subsets",
    )


def hidden_in(network: keras.Model) -> Opaque | None:
    """The opaque layer of ``network``, if it is such a wrapping."""
    return next((layer for layer in network.layers if isinstance(layer, Opaque)), None)


def _plain(name: str) -> str:
    return name.replace("/", "_")
