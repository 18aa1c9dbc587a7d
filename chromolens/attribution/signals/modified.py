"""Another backward pass in place of a layer's derivative.

Deconvnet, guided backpropagation and LRP are gradients of the network in which nonlinearities
hand their signal back by a rule of the method (Ancona et al., 2018). Unlike in DeepLIFT there is
no reference beside the input.
"""

from collections.abc import Callable
from contextlib import contextmanager

import keras
import tensorflow as tf

Back = Callable[[Callable, tf.Tensor, tf.Tensor], tf.Tensor]


def hand_back(function: Callable, inputs: tf.Tensor, back: Back) -> tf.Tensor:
    """``function`` of ``inputs``, with ``back`` (function, inputs, signal) on the way back."""
    values = function(tf.stop_gradient(inputs))

    @tf.custom_gradient
    def step(inputs: tf.Tensor, values: tf.Tensor) -> tuple:
        return tf.identity(values), lambda signal: (back(function, inputs, signal), None)

    return step(inputs, values)


def linear_then_activation(
    layer: keras.layers.Layer, inputs: tf.Tensor, activate: Callable
) -> tf.Tensor:
    """A layer with weights: its linear part, then ``activate(function, values)``."""
    with _without_activation(layer):
        values = layer(inputs)
    return activate(layer.activation, values)


@contextmanager
def _without_activation(layer: keras.layers.Layer) -> object:
    kept, layer.activation = layer.activation, keras.activations.linear
    try:
        yield
    finally:
        layer.activation = kept
