"""Words of DNA, without regard to the strand."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chromolens.genome.onehot import UNKNOWN


def window_words(codes: np.ndarray, k: int) -> np.ndarray:
    """Strand-free index of the word of length ``k`` at every place; -1 where it holds an N.

    A word and its reverse complement share the smaller of their two indices (base 4).
    """
    words = sliding_window_view(np.minimum(codes, 3).astype(np.int64), k, axis=-1)
    powers = 4 ** np.arange(k)
    index = np.minimum(words @ powers[::-1], (3 - words) @ powers)
    unknown = sliding_window_view(codes == UNKNOWN, k, axis=-1).any(axis=-1)
    return np.where(unknown, -1, index)
