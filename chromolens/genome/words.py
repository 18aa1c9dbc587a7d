"""Words of DNA, without regard to the strand."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chromolens.genome.onehot import UNKNOWN


def window_words(codes: np.ndarray, k: int, gap: int = 0) -> np.ndarray:
    """Strand-free index of the word of ``k`` bases at every place; -1 where it holds an N.

    ``gap``: any bases between the two halves of the word. A word and its reverse complement share
    the smaller of their two indices (base 4).
    """
    places = word_places(k, gap)
    words = sliding_window_view(np.minimum(codes, 3).astype(np.int64), k + gap, axis=-1)
    words, powers = words[..., places], 4 ** np.arange(k)
    index = np.minimum(words @ powers[::-1], (3 - words) @ powers)
    unknown = sliding_window_view(codes == UNKNOWN, k + gap, axis=-1)[..., places].any(axis=-1)
    return np.where(unknown, -1, index)


def word_places(k: int, gap: int) -> np.ndarray:
    """Where the ``k`` bases of a word stand that has a ``gap`` between its halves."""
    return np.arange(k) + gap * (np.arange(k) >= k // 2)
