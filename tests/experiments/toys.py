"""Networks whose answers can be worked out by hand, and plain loops over strings."""

import keras
import numpy as np

from chromolens.models.model import Model

layers = keras.layers
BASES = "ACGT"
FIRST, SECOND = "TGACTCA", "GCCGATT"
"""Two words, neither its own reverse complement nor like the other."""
LENGTH = 60


def one_hot(words: list[str]) -> np.ndarray:
    """Float32 (n, length, 4), by a plain loop."""
    found = np.zeros((len(words), len(words[0]), 4), np.float32)
    for row, word in enumerate(words):
        for place, letter in enumerate(word):
            if letter in BASES:
                found[row, place, BASES.index(letter)] = 1
    return found


def turned(word: str) -> str:
    """The other strand."""
    return word[::-1].translate(str.maketrans(BASES, "TGCA"))


def random_words(count: int, length: int = LENGTH, seed: int = 0) -> list[str]:
    """Random sequences that hold neither word, on either strand."""
    rng = np.random.default_rng(seed)
    taken = [FIRST, SECOND, turned(FIRST), turned(SECOND)]
    found: list[str] = []
    while len(found) < count:
        word = "".join(rng.choice(list(BASES), length))
        if not any(one in word for one in taken):
            found.append(word)
    return found


def detector(words: list[str], weights: dict, length: int = LENGTH) -> Model:
    """sigmoid of a sum over ``weights``: word -> weight, or (word, word) -> weight of both.

    A word counts 1 where the sequence holds it whole as it is written, else 0.
    """
    inputs = keras.Input((length, 4))
    conv = layers.Conv1D(len(words), max(map(len, words)), name="words")
    best = layers.GlobalMaxPooling1D()(layers.ReLU()(conv(inputs)))
    both = layers.Dense(len(weights), activation="relu", name="both")
    outputs = layers.Dense(1, activation="sigmoid", name="out")(both(best))
    network = keras.Model(inputs, outputs)
    kernel = np.zeros(conv.kernel.shape, np.float32)
    bias = np.zeros(len(words), np.float32)
    for column, word in enumerate(words):
        kernel[: len(word), :, column] = one_hot([word])[0]
        bias[column] = 1 - sum(letter in BASES for letter in word)
    conv.set_weights([kernel, bias])
    mix, shift = np.zeros((len(words), len(weights)), np.float32), np.zeros(len(weights))
    for column, key in enumerate(weights):
        own = [key] if isinstance(key, str) else list(key)
        mix[[words.index(one) for one in own], column] = 1
        shift[column] = 1 - len(own)
    both.set_weights([mix, shift.astype(np.float32)])
    final = np.array([*weights.values()], np.float32)[:, None]
    network.get_layer("out").set_weights([final, np.array([-1.0], np.float32)])
    return Model.of(network, ["bound"])


def untrained(length: int = LENGTH, seed: int = 1, tasks: int = 1) -> Model:
    """A small network with strong random weights, and a sigmoid."""
    keras.utils.set_random_seed(seed)
    network = keras.Sequential(
        [
            keras.Input((length, 4)),
            layers.Conv1D(8, 7, activation="relu"),
            layers.MaxPooling1D(3),
            layers.Conv1D(6, 5, activation="relu"),
            layers.Flatten(),
            layers.Dense(6, activation="tanh"),
            layers.Dense(tasks, activation="sigmoid"),
        ]
    )
    for weight in network.weights:
        weight.assign(weight + 0.2 * np.random.default_rng(seed).normal(size=weight.shape))
    return Model.of(network)


def logit_by_loop(model: Model, words: list[str]) -> np.ndarray:
    """Mean logit of both strands of each word, by ``network.predict`` of one after the other."""
    values = []
    for word in words:
        both = [
            model.network.predict(one_hot([one]), verbose=0)[0, 0] for one in (word, turned(word))
        ]
        values.append(np.mean([np.log(p) - np.log1p(-p) for p in np.float64(both)]))
    return np.array(values)
