"""Receptive fields against gradients, and a motif that two layers spell together."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens import unit_motifs
from chromolens.errors import BadInput
from chromolens.genome.onehot import encode
from chromolens.models.reach import field_of

LENGTH = 40


def deep():
    """Strides, holes, pooling, padding of both kinds, a sum of two branches."""
    inputs = keras.Input((LENGTH, 4))
    x = layers.Conv1D(3, 4, strides=2, padding="same")(inputs)
    x = layers.BatchNormalization()(x)
    one = layers.Conv1D(2, 3, dilation_rate=2, padding="same")(x)
    other = layers.Conv1D(2, 2, padding="causal")(x)
    x = layers.AveragePooling1D(2)(layers.Add(name="sum")([one, other]))
    return keras.Model(inputs, layers.Conv1D(2, 2, name="last")(x))


def test_receptive_fields_are_where_gradients_are():
    network = deep()
    for weight in network.trainable_weights:
        weight.assign(tf.abs(weight) + 0.1)  # nothing cancels
    pixels = tf.ones((1, LENGTH, 4))
    for name, at in (("sum", 9), ("last", 4)):
        tensor = network.get_layer(name).output
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            value = tf.reduce_sum(keras.Model(network.input, tensor)(pixels)[:, at])
        seen = np.flatnonzero(tape.gradient(value, pixels).numpy().any(axis=(0, 2)))
        field = field_of(tensor)
        first = at * field.stride - field.left
        assert (first, first + field.span) == (seen.min(), seen.max())


def test_a_motif_of_two_layers_is_read():
    """Layer 1 sees TGA and TCA, layer 2 the one 4 bases before the other."""
    inputs = keras.Input((LENGTH, 4))
    words = np.stack([encode(word) for word in ("TGA", "TCA")], axis=-1)
    x = layers.Conv1D(2, 3, activation="relu", name="words")(inputs)
    x = layers.Conv1D(1, 5, activation="relu", name="phrase", padding="same")(x)
    network = keras.Model(inputs, layers.Dense(1)(layers.GlobalMaxPooling1D()(x)))
    network.get_layer("words").set_weights([words, np.array([-2.0, -2.0])])
    both = np.zeros((5, 2, 1))
    both[0, 0], both[4, 1] = 1, 1
    network.get_layer("phrase").set_weights([both, np.array([-1.0])])
    rng = np.random.default_rng(0)
    rows = [["A"] * LENGTH for _ in range(30)]
    for row in rows:
        at = rng.integers(0, LENGTH - 7)
        row[at : at + 7] = "TGACTCA"
        row[at + 3] = rng.choice(list("CG"))
    onehot = np.stack([encode("".join(row)) for row in rows]).astype(np.float32)
    found = unit_motifs(network, onehot, "phrase")
    assert found.counts.shape == (1, 7, 4) and found.sites.tolist() == [30]
    spelled = ["ACGT"[base] for base in found.counts[0].argmax(axis=1)]
    assert "".join(spelled[:3] + spelled[4:]) == "TGATCA"
    assert found.counts[0, 3, [1, 2]].sum() == 30 and found.maxima.tolist() == [1.0]


def test_what_sees_everything_has_no_motif():
    inputs = keras.Input((LENGTH, 4))
    x = layers.LSTM(3, return_sequences=True, name="state")(inputs)
    network = keras.Model(inputs, layers.Dense(1, name="out")(layers.GlobalMaxPooling1D()(x)))
    onehot = np.ones((1, LENGTH, 4), np.float32)
    with pytest.raises(BadInput, match="behind layer 'state' .LSTM. isn't a window"):
        unit_motifs(network, onehot, "state")
    with pytest.raises(BadInput, match="positions, units"):
        unit_motifs(network, onehot, "out")
