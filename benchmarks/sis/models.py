"""Networks and windows of the benchmark: a word planted in random DNA, learned in seconds."""

import keras
import numpy as np
from keras import layers

from chromolens.architectures import dilated
from chromolens.models.model import Model
from chromolens.models.targets import target_values

WORD = "TGCTGACTCAGCA"


def windows(count: int, length: int, seed: int) -> np.ndarray:
    """One-hot random DNA with one mutated ``WORD`` each: float32 (count, length, 4)."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, (count, length))
    word = np.array(["ACGT".index(base) for base in WORD])
    for line in codes:
        start = rng.integers(0, length - len(word) + 1)
        site = np.where(rng.random(len(word)) < 0.1, rng.integers(0, 4, len(word)), word)
        line[start : start + len(word)] = site
    return np.eye(4, dtype=np.float32)[codes]


def random_dna(count: int, length: int, seed: int) -> np.ndarray:
    """One-hot random DNA: float32 (count, length, 4)."""
    codes = np.random.default_rng(seed).integers(0, 4, (count, length))
    return np.eye(4, dtype=np.float32)[codes]


def three_convolutions(length: int) -> keras.Model:
    """32 filters of 15, 5 and 5, their maxima over the window, 32 dense units, one logit."""
    inputs = x = keras.Input((length, 4))
    for width in (15, 5, 5):
        x = layers.Conv1D(32, width, padding="same", activation="relu")(x)
    x = layers.Dense(32, activation="relu")(layers.GlobalMaxPooling1D()(x))
    return keras.Model(inputs, layers.Dense(1)(x))


def residual(length: int) -> keras.Model:
    """The package's ``dilated`` with 32 filters: a position sees 277 bases; ends in a sigmoid."""
    return dilated.build(length, 4, ["bound"], filters=32)


def recurrent(length: int) -> keras.Model:
    """A convolution, and an LSTM over its pooled outputs."""
    inputs = keras.Input((length, 4))
    x = layers.Conv1D(32, 15, activation="relu")(inputs)
    x = layers.LSTM(32)(layers.MaxPooling1D(4)(x))
    return keras.Model(inputs, layers.Dense(1)(x))


FORMS = {
    "three_convolutions": three_convolutions,
    "residual": residual,
    "recurrent": recurrent,
}


def trained(form: str, length: int, epochs: int = 12) -> keras.Model:
    """Taught to tell ``windows`` from ``random_dna``; seeded."""
    keras.utils.set_random_seed(0)
    network = FORMS[form](length)
    inputs = np.concatenate([windows(512, length, 1), random_dna(512, length, 2)])
    labels = np.repeat([1.0, 0.0], 512)
    loss = keras.losses.BinaryCrossentropy(from_logits=form != "residual")
    network.compile(keras.optimizers.Adam(2e-3), loss)
    network.fit(inputs, labels, batch_size=64, epochs=epochs, verbose=0)
    return network


def longer(form: str, network: keras.Model, length: int) -> keras.Model:
    """The same weights for windows of another length (forms with a global pooling)."""
    other = FORMS[form](length)
    other.set_weights(network.get_weights())
    return other


def threshold_of(model: Model, inputs: np.ndarray) -> float:
    """Half-way from the masked window to the median of the windows, logit."""
    values = target_values(model, inputs, tasks=[0])[:, 0]
    hidden = target_values(model, np.full_like(inputs[:1], 0.25), tasks=[0])[0, 0]
    return float(hidden + 0.5 * (np.median(values) - hidden))
