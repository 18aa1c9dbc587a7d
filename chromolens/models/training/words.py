"""First filters that start from words which the training's positives are rich in.

Few events leave it to chance which motif a filter meets first. So filters may begin where the
labels point: at words that more positives hold than others do. They are counted in the training
windows alone, by the labels that the network is trained on: under permuted labels these are the
words of permuted labels. Training goes on from there as it would from any first weights.
"""

from collections.abc import Sequence

import keras
import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.onehot import sequence_of
from chromolens.genome.words import window_words
from chromolens.inputs.batches import Inputs
from chromolens.models.filters import first_convolution
from chromolens.models.training import data
from chromolens.runlog import logger

WIDTH = 8
"""Bases of a word."""

ENRICHED = 3.0
"""Least z-score of a word: fewer words are taken where no more are above it."""

_OTHERS = 20_000  # windows without an event that words are counted in
_MATCH = 0.3  # weight of a word's base; the other three share its opposite
_NOISE = 0.05  # standard deviation of the weights beside and on top of it


def enriched(
    inputs: Inputs, rows: np.ndarray, tasks: Sequence[str], count: int, seed: int
) -> dict[str, list[str]]:
    """For each task at most ``count`` words, the most enriched first, unlike one another.

    A word and its reverse complement are one. It counts once in a window; its z-score is that of
    the task's positives among ``rows`` under the share of windows without any event that hold it.

    Raises
    ------
    BadInput
        Windows that aren't DNA, or are narrower than a word.
    """
    if not inputs.dna or inputs.length < WIDTH:
        raise BadInput(
            "training.words are words of DNA",
            expected=f"windows of DNA of {WIDTH} bp or more, or words: 0",
        )
    labels = inputs.labels(rows, tasks) == 1
    others = np.random.default_rng([seed, 2]).permutation(rows[~labels.any(axis=1)])[:_OTHERS]
    share = (_windows_with(inputs, others) + 1) / (len(others) + 2)
    found = {}
    for task, positive in zip(tasks, labels.T, strict=True):
        expected = positive.sum() * share
        surplus = _windows_with(inputs, rows[positive]) - expected
        z = surplus / np.sqrt(expected * (1 - share) + 1)
        found[task] = [sequence_of(word) for word in _unlike(z, count)]
        logger.info("words of %s: %s", task, ", ".join(found[task]) or "none is enriched")
    return found


def plant(network: keras.Model, words: dict[str, list[str]], seed: int) -> None:
    """Let filters of the first convolution start from ``words``, on a strand drawn by ``seed``.

    The first words of all tasks come first; where there are more words than filters the last
    ones are left out. The other filters stay as they are.

    Raises
    ------
    BadInput
        No convolution over positions reads the sequence first, or it is narrower than a word.
    """
    node = first_convolution(network)
    if node is None or node.operation.kernel_size[0] < WIDTH:
        raise BadInput(
            "training.words has no filters to start from words",
            expected=f"a network whose first layer is a Conv1D of {WIDTH} bp or more, or words: 0",
        )
    kernel, *bias = node.operation.get_weights()
    rng = np.random.default_rng([seed, 3])
    longest = max(map(len, words.values()), default=0)
    ranked = [own[rank] for rank in range(longest) for own in words.values() if rank < len(own)]
    left = (len(kernel) - WIDTH) // 2
    for number, word in enumerate(ranked[: kernel.shape[2]]):
        filter_ = rng.normal(0, _NOISE, kernel.shape[:2])
        place = filter_[left : left + WIDTH]
        place += np.where([[base == own for base in "ACGT"] for own in word], _MATCH, -_MATCH / 3)
        kernel[..., number] = filter_ if rng.random() < 0.5 else filter_[::-1, ::-1]
    node.operation.set_weights([kernel, *bias])


def _windows_with(inputs: Inputs, rows: np.ndarray) -> np.ndarray:
    """How many of the windows hold each word, (4**WIDTH,); 0 for those of the other strand."""
    counts = np.zeros(4**WIDTH, dtype=np.int64)
    for piece in data.split(rows):
        words = np.sort(window_words(inputs.codes(piece), WIDTH), axis=1)
        again = np.zeros(words.shape, dtype=bool)
        again[:, 1:] = words[:, 1:] == words[:, :-1]
        counts += np.bincount(words[~again & (words >= 0)], minlength=len(counts))
    return counts


def _unlike(z: np.ndarray, count: int) -> list[np.ndarray]:
    """Codes (WIDTH,) of the words of highest ``z``, each unlike those before it."""
    chosen: list[np.ndarray] = []
    for index in np.argsort(-z, kind="stable"):
        if len(chosen) == count or z[index] < ENRICHED:
            break
        word = index // 4 ** np.arange(WIDTH)[::-1] % 4
        if not any(_alike(word, other) or _alike(word, 3 - other[::-1]) for other in chosen):
            chosen.append(word)
    return chosen


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether they differ in no more than a fourth of the bases of an overlap of five or more."""
    for shift in range(WIDTH - 4):
        overlap = WIDTH - shift
        for left, right in ((one, other), (other, one)):
            if (left[shift:] != right[:overlap]).sum() <= overlap // 4:
                return True
    return False
