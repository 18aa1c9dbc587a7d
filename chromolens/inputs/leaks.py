"""Leaks between folds: windows that repeat, word for word, what another group holds.

Repeats and paralogues stand on several chromosomes, so holding chromosomes out does not hold out
everything. A window is called shared if one of its words of k bases, on either strand, occurs
in a window of another group; metrics are given with and without these.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.onehot import UNKNOWN
from chromolens.inputs.batches import Inputs

_CHUNK = 1 << 18  # bases read at once: their words stay near the processor
_WORDS = 1 << 24  # words compared at once: 128 MB, and as much again to sort them
_Words = tuple[np.ndarray, np.ndarray, np.ndarray]  # forward, reverse, whether all bases are known
_Read = Callable[[np.ndarray], np.ndarray]
_BITS = 24  # of a word's hash
_HELD = 1 << 28  # bases of windows that are held in memory
_MIX = np.uint64(0x9E3779B97F4A7C15)  # odd: spreads words evenly over the passes


def shared_words(inputs: Inputs, k: int = 32) -> pd.DataFrame:
    """Find the windows that share a word of ``k`` bases with a window of another group.

    Exact: words are compared as numbers of 2 k bits (k <= 32), the smaller of both strands; words
    with an N don't count. Many words are compared in several passes, so that memory is
    bounded.

    Returns
    -------
    DataFrame id, shared (bool), a row per window.
    """
    if not 1 <= k <= min(32, inputs.length):
        raise BadInput(
            f"words of {k} bases in windows of {inputs.length}",
            expected=f"1 to {min(32, inputs.length)}",
        )
    groups = pd.factorize(inputs.windows["group"])[0].astype(np.int32)
    number = len(groups) * (inputs.length - k + 1)
    read = inputs.codes
    if len(groups) * inputs.length <= _HELD:
        read = inputs.codes(np.arange(len(groups))).__getitem__  # once, and not in each pass
    edges = np.linspace(0, 1 << _BITS, max(1, -(-number // _WORDS)) + 1).astype(np.uint64)
    shared = np.zeros(len(groups), dtype=bool)
    for low, high in pairwise(edges):
        words, rows = _words(inputs, read, k, low, high)
        _mark(*_repeated(words, rows), groups, shared)
    return pd.DataFrame({"id": inputs.windows["id"], "shared": shared})


def _mark(words: np.ndarray, rows: np.ndarray, groups: np.ndarray, shared: np.ndarray) -> None:
    """Set ``shared`` for the rows with a word that stands in more than one group."""
    if not len(words):
        return
    order = np.argsort(words)
    words, rows = words[order], rows[order]
    first = np.flatnonzero(np.concatenate([[True], words[1:] != words[:-1]]))
    group = groups[rows]
    several = np.minimum.reduceat(group, first) != np.maximum.reduceat(group, first)
    lengths = np.diff(np.append(first, len(words)))
    shared[rows[np.repeat(several, lengths)]] = True


def _words(
    inputs: Inputs, read: _Read, k: int, low: np.uint64, high: np.uint64
) -> tuple[np.ndarray, np.ndarray]:
    """Return all words, uint64, whose hash is at least ``low`` and below ``high``; each one's row.

    ``read`` gives the codes of rows.
    """
    step = max(1, _CHUNK // inputs.length)
    parts = []
    for first in range(0, len(inputs.windows), step):
        rows = np.arange(first, min(first + step, len(inputs.windows)), dtype=np.int32)
        words, known = canonical_words(read(rows), k)
        hashes = _hash(words)
        mine = known & (hashes >= low) & (hashes < high)
        parts.append((words[mine], np.repeat(rows, mine.sum(axis=1))))
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def _repeated(words: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return all words that occur twice or more (and a few others), and their rows.

    Sorting numbers alone is many times as fast as sorting them with their rows.
    """
    ordered = np.sort(words)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    del ordered
    twice = np.zeros(1 << _BITS, dtype=bool)
    twice[_hash(again)] = True
    kept = twice[_hash(words)]
    return words[kept], rows[kept]


def _hash(words: np.ndarray) -> np.ndarray:
    """Return a number of ``_BITS`` bits for each word, uint64."""
    hashes = words * _MIX
    hashes >>= np.uint64(64 - _BITS)
    return hashes


def canonical_words(codes: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the words of codes (n, L): uint64 (n, L - k + 1), and whether each is without N.

    A word is its bases at 2 bits each, first base highest, or its reverse complement if that
    is the smaller number.
    """
    bases = (codes & 3).astype(np.uint64)
    one = words = (bases, np.uint64(3) - bases, codes < UNKNOWN)
    width = 1
    for bit in f"{k:b}"[1:]:  # words twice as long, and a base longer where k has that bit
        words, width = _joined(words, words, width, width), 2 * width
        if bit == "1":
            words, width = _joined(words, one, width, 1), width + 1
    forward, reverse, known = words
    return np.minimum(forward, reverse), known


def _joined(first: _Words, second: _Words, width: int, more: int) -> _Words:
    """Return words of ``width`` bases, each with the one of ``more`` bases that follows it."""
    after = tuple(part[:, width:] for part in second)
    before = tuple(part[:, : after[0].shape[1]] for part in first)
    return (
        before[0] << np.uint64(2 * more) | after[0],
        after[1] << np.uint64(2 * width) | before[1],
        before[2] & after[2],
    )
