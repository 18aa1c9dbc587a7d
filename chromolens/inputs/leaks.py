"""Leaks between folds: windows that repeat, word for word, what another group holds.

Repeats and paralogues stand on several chromosomes, so holding chromosomes out does not hold out
everything. A window is called shared if one of its words of k bases, on either strand, occurs
in a window of another group; metrics are given with and without these.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.inputs.batches import Inputs

_CHUNK = 1 << 18  # bases read at once: their words stay near the processor
_WORDS = 1 << 24  # words compared at once: 128 MB, and as much again to sort them
_Read = Callable[[np.ndarray], np.ndarray]
_BITS = 24  # of a word's hash
_HELD = 1 << 30  # bases of windows that are held in memory, two in a byte


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
    # read once, and not in each pass
    read = _held(inputs) if len(groups) * inputs.length <= _HELD else inputs.codes
    edges = np.linspace(0, 1 << _BITS, max(1, -(-number // _WORDS)) + 1).astype(np.uint64)
    shared = np.zeros(len(groups), dtype=bool)
    for low, high in pairwise(edges):
        words, rows = _words(inputs, read, k, low, high)
        _mark(*_repeated(words, rows), groups, shared)
    return pd.DataFrame({"id": inputs.windows["id"], "shared": shared})


def _held(inputs: Inputs) -> _Read:
    """What reads the codes of rows, all of which are held: two in a byte."""
    both = np.zeros((len(inputs.windows), -(-inputs.length // 2)), dtype=np.uint8)
    for rows in _chunks(inputs):
        codes = inputs.codes(rows)
        both[rows] = codes[:, ::2]
        both[rows, : inputs.length // 2] |= codes[:, 1::2] << 4

    def read(rows: np.ndarray) -> np.ndarray:
        codes = np.empty((len(rows), 2 * both.shape[1]), dtype=np.uint8)
        codes[:, ::2], codes[:, 1::2] = both[rows] & 15, both[rows] >> 4
        return codes[:, : inputs.length]

    return read


def _chunks(inputs: Inputs) -> Iterator[np.ndarray]:
    """Row numbers of all windows, some at a time."""
    step = max(1, _CHUNK // inputs.length)
    for first in range(0, len(inputs.windows), step):
        yield np.arange(first, min(first + step, len(inputs.windows)), dtype=np.int32)


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
    from chromolens.inputs.words import words_of  # numba: not while planning

    found = []
    for rows in _chunks(inputs):
        words, own = words_of(read(rows), k, low, high, np.uint64(64 - _BITS))
        found.append((words, rows[own]))
    return tuple(np.concatenate(part) for part in zip(*found, strict=True))


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
    from chromolens.inputs.words import MIX

    return (words * MIX) >> np.uint64(64 - _BITS)
