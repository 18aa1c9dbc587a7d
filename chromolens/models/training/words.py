"""First filters that start from words which the training's positives are rich in.

Few events leave it to chance which motif a filter meets first. So filters may begin where the
labels point: at words that more positives hold than others do. They are counted in the training
windows alone, by the labels that the network is trained on: under permuted labels these are the
words of permuted labels. Training goes on from there as it would from any first weights.
"""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chromolens.errors import BadInput
from chromolens.genome.onehot import sequence_of
from chromolens.genome.words import window_words, word_places
from chromolens.inputs.batches import Inputs
from chromolens.models.filters import first_convolution
from chromolens.models.training import data
from chromolens.runlog import logger

SHAPES = ((8, 0), *((6, gap) for gap in range(1, 10)))
"""Bases of a word, and of the gap between its halves: many factors touch two stretches."""

ENRICHED = 3.0
"""Least z-score of a word: fewer words are taken where no more are above it."""

_OTHERS = 20_000  # windows without an event that words are counted in
_MATCH = 0.3  # weight of a word's base; the other three share its opposite
_NOISE = 0.05  # standard deviation of the weights beside and on top of it
_ANY = 4  # code of a base in the gap


def start_from_words(
    network: keras.Model,
    inputs: Inputs,
    rows: np.ndarray,
    tasks: Sequence[str],
    count: int,
    seed: int,
) -> dict[str, list[str]]:
    """Let filters of ``network`` start from ``count`` words of each task; return the words.

    Raises
    ------
    BadInput
        Windows that aren't DNA, or a network without filters over their positions.
    """
    node = first_convolution(network)
    if not inputs.dna or node is None or node.operation.kernel_size[0] < SHAPES[0][0]:
        raise BadInput(
            "training.words has no filters to start from words",
            expected=f"DNA, and a network that reads it by a Conv1D of {SHAPES[0][0]} bp or more",
            remedy="words: 0",
        )
    words = enriched(inputs, rows, tasks, count, node.operation.kernel_size[0], seed)
    plant(node.operation, words, seed)
    return words


def enriched(
    inputs: Inputs, rows: np.ndarray, tasks: Sequence[str], count: int, widest: int, seed: int
) -> dict[str, list[str]]:
    """For each task at most ``count`` words of up to ``widest`` bp, unlike one another.

    The most enriched come first; N stands for the bases of a gap. A word and its reverse
    complement are one, and it counts once in a window. Its z-score is that of the task's
    positives among ``rows``, under the share of windows without any event that hold it.
    """
    labels = inputs.labels(rows, tasks) == 1
    others = np.random.default_rng([seed, 2]).permutation(rows[~labels.any(axis=1)])[:_OTHERS]
    found: dict[str, list] = {task: [] for task in tasks}
    for bases, gap in SHAPES:
        if bases + gap > min(widest, inputs.length):
            continue
        share = (_windows_with(inputs, others, bases, gap) + 1) / (len(others) + 2)
        for task, positive in zip(tasks, labels.T, strict=True):
            expected = positive.sum() * share
            surplus = _windows_with(inputs, rows[positive], bases, gap) - expected
            z = surplus / np.sqrt(expected * (1 - share) + 1)
            best = np.argsort(-z, kind="stable")[: 20 * count]
            found[task] += [(-z[i], bases, gap, i) for i in best if z[i] >= ENRICHED]
    words = {
        task: _unlike([_word(*word) for _, *word in sorted(of)], count)
        for task, of in found.items()
    }
    for task, own in words.items():
        logger.info("words of %s: %s", task, ", ".join(own) or "none is enriched")
    return words


def plant(layer: keras.layers.Layer, words: dict[str, list[str]], seed: int) -> None:
    """Let filters of a convolution start from ``words``, on a strand drawn by ``seed``.

    The first words of all tasks come first; where there are more words than filters the last
    ones are left out. The other filters stay as they are.
    """
    kernel, *bias = layer.get_weights()
    rng = np.random.default_rng([seed, 3])
    longest = max(map(len, words.values()), default=0)
    ranked = [own[rank] for rank in range(longest) for own in words.values() if rank < len(own)]
    for number, word in enumerate(ranked[: kernel.shape[2]]):
        filter_ = rng.normal(0, _NOISE, kernel.shape[:2])
        left = (len(kernel) - len(word)) // 2
        for place, own in enumerate(word, left):
            filter_[place] += [_weight(base, own) for base in "ACGT"]
        kernel[..., number] = filter_ if rng.random() < 0.5 else filter_[::-1, ::-1]
    layer.set_weights([kernel, *bias])


def _weight(base: str, own: str) -> float:
    return 0.0 if own == "N" else _MATCH if base == own else -_MATCH / 3


def _windows_with(inputs: Inputs, rows: np.ndarray, bases: int, gap: int) -> np.ndarray:
    """How many of the windows hold each word, (4**bases,); 0 for those of the other strand."""
    counts = np.zeros(4**bases, dtype=np.int64)
    for piece in data.split(rows):
        words = np.sort(window_words(inputs.codes(piece), bases, gap), axis=1)
        again = np.zeros(words.shape, dtype=bool)
        again[:, 1:] = words[:, 1:] == words[:, :-1]
        counts += np.bincount(words[~again & (words >= 0)], minlength=len(counts))
    return counts


def _word(bases: int, gap: int, index: int) -> np.ndarray:
    """Codes of a word, ``_ANY`` in its gap."""
    word = np.full(bases + gap, _ANY)
    word[word_places(bases, gap)] = index // 4 ** np.arange(bases)[::-1] % 4
    return word


def _unlike(words: list[np.ndarray], count: int) -> list[str]:
    """The first ``count`` of ``words`` (codes) that are each unlike those before it."""
    chosen: list[np.ndarray] = []
    for word in words:
        if len(chosen) < count and not any(_alike(word, other) for other in chosen):
            chosen.append(word)
    return [sequence_of(word) for word in chosen]


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether they share five or more bases, on any strand, and differ in a fourth at most."""
    turned = np.where(other < _ANY, 3 - other, _ANY)[::-1]
    return _overlap(one, other) or _overlap(one, turned)


def _overlap(one: np.ndarray, other: np.ndarray) -> bool:
    beside = np.full(len(other) - 1, _ANY)
    wide = np.concatenate([beside, one, beside])
    here = sliding_window_view(wide, len(other))
    both = (here < _ANY) & (other < _ANY)
    differ = (both & (here != other)).sum(axis=1)
    shared = both.sum(axis=1)
    return bool(((shared >= 5) & (differ <= shared // 4)).any())
