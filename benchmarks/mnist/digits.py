"""MNIST's digits, and the network of the DeepLIFT paper that tells them apart."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers
from sklearn.model_selection import train_test_split

from chromolens.errors import BadInput
from chromolens.models.model import Model

SIDE = 28
HELD_OUT = 0.25
"""Share of the images of each digit that no network sees, where the data have no split."""


@dataclass(frozen=True)
class Digits:
    """Images float32 (n, 784, 1) between 0 and 1, and their digits (n,): to learn, held out."""

    images: np.ndarray
    labels: np.ndarray
    held_images: np.ndarray
    held_labels: np.ndarray


def read(folder: Path | None) -> Digits:
    """Of ``folder/mnist_10k.npz``, split here, or all of MNIST as it is split (internet)."""
    if folder is None:
        (images, labels), (held_images, held_labels) = keras.datasets.mnist.load_data()
        return Digits(_scaled(images), labels, _scaled(held_images), held_labels)
    file = folder / "mnist_10k.npz"
    if not file.is_file():
        remedy = "without --data the whole set is downloaded"
        raise BadInput(f"there is no file {file}", expected="x and y", remedy=remedy)
    with np.load(file) as arrays:
        images, labels = _scaled(arrays["x"]), arrays["y"]
    rows = np.arange(len(labels))
    learned, held = train_test_split(rows, test_size=HELD_OUT, random_state=0, stratify=labels)
    return Digits(images[learned], labels[learned], images[held], labels[held])


def _scaled(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), SIDE * SIDE, 1).astype(np.float32) / 255


def network() -> keras.Model:
    """Strides in place of pooling, as in the paper; pixels are the positions of the input."""
    return keras.Sequential(
        [
            keras.Input((SIDE * SIDE, 1)),
            layers.Reshape((SIDE, SIDE, 1)),
            layers.Conv2D(32, 4, strides=2, activation="relu"),
            layers.Conv2D(64, 4, strides=2, activation="relu"),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def trained(digits: Digits, seed: int, epochs: int) -> tuple[Model, float]:
    """A network that learned ``digits``, and its accuracy on the images held out."""
    keras.utils.set_random_seed(seed)
    made = network()
    made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    made.fit(digits.images, digits.labels, batch_size=128, epochs=epochs, verbose=0)
    accuracy = made.evaluate(digits.held_images, digits.held_labels, verbose=0)[1]
    return Model.of(made), accuracy
