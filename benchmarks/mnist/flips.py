"""Which pixels make a digit another one: the MNIST figure of the DeepLIFT paper, 4.1.

An image of one class is made to look like another: erased are the pixels, at most 157 of 784,
whose contribution to its own class exceeds that to the other by most, and by more than 0. A method
is as good as the log-odds of the two classes fall. The reference is the black image.
"""

import chromolens.kernels  # noqa: F401, isort: skip (before anybody imports TensorFlow)
import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.mnist import digits as data
from benchmarks.mnist import judged
from chromolens import tables
from chromolens.attribution import front
from chromolens.checks import acceptance
from chromolens.models import devices
from chromolens.models.model import Model
from chromolens.tables.checks import ACCEPTANCE

FLIPS = ((8, 3), (8, 6), (9, 1), (4, 1))
ERASED = 157
"""At most so many pixels: a fifth."""
METHODS: dict[str, tuple[str, dict]] = {
    "gradient, masked": ("saliency", {"absolute": True}),
    "guided backprop, masked": ("guided_backprop", {"times_input": False}),
    "guided backprop x input": ("guided_backprop", {}),
    "gradient x input": ("gradient_x_input", {}),
    "integrated gradients, 5": ("integrated_gradients", {"steps": 5}),
    "integrated gradients, 10": ("integrated_gradients", {"steps": 10}),
    "DeepLIFT, Rescale": ("deeplift_rescale", {}),
    "DeepLIFT, RevealCancel": ("deeplift_revealcancel", {}),
}
"""Method and settings; *masked*: where the image is black, the score is 0."""


def scores(model: Model, images: np.ndarray, name: str, classes: tuple[int, int]) -> np.ndarray:
    """Contributions to the first class less those to the second: (n, pixels)."""
    method, settings = METHODS[name]
    options = {"method": method, "references": "zeros", **settings}
    own, other = front.attribute_tasks(model, images, tasks=classes, **options)
    seen = images[..., 0] > 0 if name.endswith("masked") else 1
    return (own.contributions - other.contributions) * seen


def erase(images: np.ndarray, scores: np.ndarray, count: int = ERASED) -> np.ndarray:
    """Images (n, pixels, 1), black at their ``count`` highest scores above 0 (n, pixels).

    Of pixels that are equal at the limit none is erased, as in the paper's code.
    """
    limit = -np.sort(-scores, axis=1)[:, count, None]
    return np.where(scores > np.maximum(limit, 0), np.float32(0), images[..., 0])[..., None]


def log_odds(model: Model, images: np.ndarray, classes: tuple[int, int]) -> np.ndarray:
    """Logarithm of the first class's odds against the second: (n,)."""
    logits = model.logits.predict(images, verbose=0)
    return logits[:, classes[0]] - logits[:, classes[1]]


def flip(model: Model, images: np.ndarray, classes: tuple[int, int]) -> pd.DataFrame:
    """A row for each method and image: by how much the log-odds fell, and whether below 0."""
    before = log_odds(model, images, classes)
    rows = []
    for name in METHODS:
        erased = erase(images, scores(model, images, name, classes))
        after = log_odds(model, erased, classes)
        facts = {"method": name, "image": np.arange(len(images))}
        rows.append(pd.DataFrame(facts | {"change": before - after, "flipped": after < 0}))
    return pd.concat(rows).assign(flip=f"{classes[0]} to {classes[1]}")


def measure(digits: data.Digits, seeds: int, epochs: int) -> pd.DataFrame:
    """The rows of all flips by ``seeds`` networks, and the accuracy of each."""
    rows = []
    for seed in range(1, seeds + 1):
        model, accuracy = data.trained(digits, seed, epochs)
        print(f"network {seed}: {accuracy:.4f} of {len(digits.held_labels):,} images right")
        for classes in FLIPS:
            images = digits.held_images[digits.held_labels == classes[0]]
            rows.append(flip(model, images, classes).assign(seed=seed, accuracy=accuracy))
    return pd.concat(rows, ignore_index=True)


def main() -> None:
    """Measure, print the tables, write them and the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of mnist_10k.npz; default: download")
    parser.add_argument("--seeds", type=int, default=5, help="networks")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--output", type=Path, default=Path("results/mnist"))
    given = parser.parse_args()
    devices.configure(threads=1)
    table = measure(data.read(given.data), given.seeds, given.epochs)
    given.output.mkdir(parents=True, exist_ok=True)
    table.to_csv(given.output / "flips.tsv", sep="\t", index=False)
    print(judged.markdown(judged.means(table)))
    tables.write(ACCEPTANCE, judged.verdicts(table), given.output / "acceptance.tsv")
    print(acceptance.show(given.output / "acceptance.tsv"))
    judged.figure(table, given.output / "flips.svg")
    print(devices.machine())


if __name__ == "__main__":
    main()
