"""The affine head of a network: what belongs to it, and that nothing changes but the work."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.attribution import front
from chromolens.attribution.gradients import paths
from chromolens.attribution.gradients.head import apart
from chromolens.models.model import Model
from chromolens.models.targets import target_function

LENGTH = 12


def bent_later() -> keras.Model:
    """Two convolutions and a normalisation before anything bends."""
    inputs = keras.Input((LENGTH, 4))
    x = layers.ZeroPadding1D(2)(inputs)
    x = layers.BatchNormalization()(layers.Conv1D(5, 3)(x))
    x = layers.Conv1D(6, 3, activation="tanh")(layers.Cropping1D(1)(x))
    return networks.randomised(keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x))))


def bent_at_once() -> keras.Model:
    """Begins with a nonlinearity: nothing stands apart."""
    inputs = keras.Input((LENGTH, 4))
    x = layers.Conv1D(3, 3)(layers.Activation("tanh")(inputs))
    return networks.randomised(keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x))))


def forked() -> keras.Model:
    """Two layers read the input: the head ends before it begins."""
    inputs = keras.Input((LENGTH, 4))
    both = [layers.Conv1D(3, width, padding="same", activation="tanh")(inputs) for width in (3, 5)]
    x = layers.Flatten()(layers.Add()(both))
    return networks.randomised(keras.Model(inputs, layers.Dense(2)(x)))


def dense() -> keras.Model:
    """The positions are flattened in the head."""
    inputs = keras.Input((LENGTH, 4))
    x = layers.Dense(7, activation="softplus")(layers.Flatten()(inputs))
    return networks.randomised(keras.Model(inputs, layers.Dense(2)(x)))


# network -> shape of a row behind the head, before its activation
HEADS = {bent_later: (10, 6), bent_at_once: (LENGTH, 4), forked: (LENGTH, 4), dense: (7,)}


@pytest.mark.parametrize("build", HEADS)
def test_head_and_rest_are_the_network(build):
    network, x = build(), tf.constant(networks.sequences(5, LENGTH))
    parts = apart(target_function(Model.of(network), [0, 1]))
    hidden = parts.head(x)
    assert tuple(hidden.shape) == (5, *HEADS[build]) and parts.size == np.prod(HEADS[build])
    np.testing.assert_allclose(parts.rest(hidden)[0], network(x), atol=1e-5)
    middle = parts.head(0.25 * x[:1] + 0.75 * x[1:2])
    np.testing.assert_allclose(middle, 0.25 * hidden[:1] + 0.75 * hidden[1:2], atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("kept", [paths.KEPT, 0], ids=["apart", "whole"])
@pytest.mark.parametrize("build", HEADS)
def test_paths_by_a_loop_over_the_network(build, kept, monkeypatch):
    """Keras alone, one point of one path after the other; several references, two tasks."""
    monkeypatch.setattr(paths, "KEPT", kept)
    network, x = build(), networks.sequences(3, LENGTH)
    references = networks.sequences(6, LENGTH, seed=1).reshape(3, 2, LENGTH, 4)
    options = {"method": "integrated_gradients", "steps": 7, "batch_size": 3}
    found = front.attribute_tasks(network, x, references=references, tasks=[0, 1], **options)
    for task, row in np.ndindex(2, 3):
        wanted = 0
        for reference in references[row]:
            for point in (np.arange(7) + 0.5) / 7:
                at = tf.constant(reference + point * (x[row] - reference))[None]
                with tf.GradientTape() as tape:
                    tape.watch(at)
                    value = network(at)[0, task]
                wanted += (tape.gradient(value, at)[0] * (x[row] - reference)).numpy().sum(-1) / 14
        np.testing.assert_allclose(found[task].contributions[row], wanted, atol=2e-5)
