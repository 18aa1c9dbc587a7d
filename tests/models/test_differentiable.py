"""Layers as they are called for gradients: the values and gradients of the layers themselves."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.models.differentiable import call

LAYERS = {
    "convolution": lambda: layers.Conv1D(5, 4, activation="tanh"),
    "without bias": lambda: layers.Conv1D(5, 3, use_bias=False, padding="same"),
    "dilated": lambda: layers.Conv1D(5, 3, dilation_rate=3, padding="causal"),
    "strided": lambda: layers.Conv1D(5, 3, strides=2),
    "grouped": lambda: layers.Conv1D(6, 3, groups=2),
    "cropping": lambda: layers.Cropping1D((3, 0)),
    "cropping on both sides": lambda: layers.Cropping1D((1, 4)),
    "pooling with a rest": lambda: layers.MaxPooling1D(4),
    "pooling in steps": lambda: layers.MaxPooling1D(4, 2),
    "padded pooling": lambda: layers.MaxPooling1D(4, padding="same"),
    "best match": lambda: layers.GlobalMaxPooling1D(),
    "something else": lambda: layers.Dense(3, activation="relu"),
}


@pytest.mark.parametrize("name", LAYERS)
def test_values_and_gradients_are_the_layers_own(name):
    keras.utils.set_random_seed(3)
    layer = LAYERS[name]()
    inputs = tf.random.normal((2, 14, 4), seed=1)
    signal = tf.random.normal(layer(inputs).shape, seed=2)
    found = []
    for function in (layer, lambda values: call(layer, values)):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            values = function(inputs)
        found.append((values, tape.gradient(values, inputs, signal)))
    for own, ours in zip(*found, strict=True):
        np.testing.assert_allclose(ours, own, atol=1e-5)
