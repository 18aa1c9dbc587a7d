"""Walk a network's layers once, with another backward pass in place of the derivative.

Deconvnet, guided backpropagation and LRP are gradients of the network in which nonlinearities
hand their signal back by a rule of the method (Ancona et al., 2018). Unlike in ``_walk`` there is
no reference beside the input.
"""

from collections.abc import Callable
from contextlib import contextmanager
from functools import partial

import keras
import tensorflow as tf

from chromolens.errors import BadInput
from chromolens.models._logits import functional

Back = Callable[[Callable, tf.Tensor, tf.Tensor], tf.Tensor]
FUSED = (
    keras.layers.Conv1D,
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2D,
    keras.layers.Dense,
    keras.layers.DepthwiseConv1D,
    keras.layers.DepthwiseConv2D,
    keras.layers.EinsumDense,
    keras.layers.SeparableConv1D,
    keras.layers.SeparableConv2D,
)
"""Layers that are linear, and then apply ``layer.activation``."""


def walk(network: keras.Model, inputs: object, rule: Callable) -> list[tf.Tensor]:
    """Outputs of ``network``, every layer or operation called as ``rule(layer, *inputs, ...)``."""

    def step(layer: keras.Operation) -> Callable:
        if isinstance(layer, keras.Model) and hasattr(functional(layer), "_run_through_graph"):
            return lambda inputs, **options: walk(functional(layer), inputs, rule)
        return partial(_call, rule, layer)

    outputs = network._run_through_graph(keras.tree.flatten(inputs), operation_fn=step)
    return keras.tree.flatten(outputs)


def handed_back(function: Callable, inputs: tf.Tensor, back: Back) -> tf.Tensor:
    """``function`` of ``inputs``, with ``back`` (function, inputs, signal) on the way back."""
    values = function(tf.stop_gradient(inputs))

    @tf.custom_gradient
    def step(inputs: tf.Tensor, values: tf.Tensor) -> tuple:
        return tf.identity(values), lambda signal: (back(function, inputs, signal), None)

    return step(inputs, values)


def linear_then_activation(
    layer: keras.layers.Layer, inputs: tf.Tensor, activate: Callable
) -> tf.Tensor:
    """A layer of ``FUSED``: its linear part, then ``activate(function, values)``."""
    with _without_activation(layer):
        values = layer(inputs)
    return activate(layer.activation, values)


def _call(rule: Callable, layer: keras.Operation, *inputs: object, **options: object) -> object:
    if options.pop("training", False):
        raise BadInput(
            f"layer {layer.name!r} is called with training=True: it may be random",
            expected="a network that gives the same answer every time",
        )
    options = {name: value for name, value in options.items() if value is not None}
    return rule(layer, *inputs, **options)


@contextmanager
def _without_activation(layer: keras.layers.Layer) -> object:
    kept, layer.activation = layer.activation, keras.activations.linear
    try:
        yield
    finally:
        layer.activation = kept
