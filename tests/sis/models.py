"""Small networks with strong random weights, and the published algorithm as a plain loop."""

import keras
import numpy as np

from chromolens.models.model import Model

layers = keras.layers


def network(*middle: keras.layers.Layer, length: int = 40, tasks: int = 2) -> Model:
    """Input, ``middle``, a dense head with a sigmoid; weights and biases random."""
    keras.utils.set_random_seed(1)
    inputs = keras.Input((length, 4))
    values = inputs
    for layer in (*middle, layers.Dense(8, activation="relu"), layers.Dropout(0.2)):
        values = layer(values)
    outputs = layers.Activation("sigmoid")(layers.Dense(tasks, name="logits")(values))
    model = keras.Model(inputs, outputs)
    rng = np.random.default_rng(2)
    for weight in model.weights:
        if "seed" not in weight.path:
            noise = rng.normal(size=weight.shape)
            positive = "variance" in weight.path or "gamma" in weight.path
            weight.assign(0.5 + np.abs(noise) if positive else 0.7 * noise)
    _rise(model, random_dna(30, length, seed=3))
    return Model.of(model)


def _rise(model: keras.Model, inputs: np.ndarray) -> None:
    """Turn the last layer's weights so that masked inputs lie below most others."""
    last = model.get_layer("logits")
    masked = model(np.full_like(inputs[:1], 0.25)).numpy()
    sign = np.where(masked[0] > np.median(model(inputs), axis=0), -1.0, 1.0)
    last.kernel.assign(last.kernel * sign)
    last.bias.assign(last.bias * sign)


def random_dna(count: int, length: int, seed: int = 0) -> np.ndarray:
    """One-hot float32 (count, length, 4)."""
    codes = np.random.default_rng(seed).integers(0, 4, (count, length))
    return np.eye(4, dtype=np.float32)[codes]


def with_one_masked(score, mask: np.ndarray, batch: int = 256):
    """``score`` of copies with one position masked, made in plain numpy."""

    def ask(inputs: np.ndarray, rows: np.ndarray, positions: np.ndarray) -> np.ndarray:
        values = []
        for start in range(0, len(rows), batch):
            copies = inputs[rows[start : start + batch]]
            copies[np.arange(len(copies)), positions[start : start + batch]] = mask
            values.append(score(copies))
        return np.concatenate(values)

    return ask


def published_sis(score, x: np.ndarray, threshold: float, mask: np.ndarray) -> list[list[int]]:
    """SIS-collection of one input as arXiv 1810.03805 prints it, one evaluation at a time."""
    hidden = [bool(row.any()) for row in x]
    taken: list[list[int]] = []

    def value(kept) -> float:
        copy = x.copy()
        for place in range(len(x)):
            if hidden[place] and place not in kept:
                copy[place] = mask
        return float(score(copy[None])[0])

    everything = {place for place in range(len(x)) if hidden[place]}
    while value(everything) >= threshold:
        left, order = set(everything), []
        while left:
            values = [(value(left - {place}), -place) for place in left]
            best = -max(values)[1]
            order.append(best)
            left.remove(best)
        subset: list[int] = []
        while value(set(subset)) < threshold:
            subset.append(order.pop())
        taken.append(sorted(subset))
        everything -= set(subset)
    return taken
