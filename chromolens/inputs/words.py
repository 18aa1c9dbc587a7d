"""Words of bases as numbers, found base by base in compiled code."""

import numba
import numpy as np

from chromolens.genome.onehot import UNKNOWN

MIX = np.uint64(0x9E3779B97F4A7C15)  # odd: spreads words evenly
_TWO, _THREE, _UNKNOWN = np.uint64(2), np.uint64(3), np.uint64(UNKNOWN)


@numba.njit(cache=True)
def words_of(
    codes: np.ndarray, k: int, low: np.uint64, high: np.uint64, shift: np.uint64
) -> tuple[np.ndarray, np.ndarray]:
    """Return words of ``k`` bases without N, uint64 (m,), and the row of each, int (m,).

    A word is its bases at 2 bits each, first base highest, or its reverse complement if that is
    the smaller number. Only those whose hash (``word * MIX >> shift``) is at least ``low`` and
    below ``high`` are returned, in the order of codes (n, length).
    """
    count, length = codes.shape
    words = np.empty(count * (length - k + 1), dtype=np.uint64)
    rows = np.empty(len(words), dtype=np.int32)
    last = np.uint64(2 * (k - 1))
    mask = ~np.uint64(0) >> np.uint64(64 - 2 * k)
    found = 0
    for row in range(count):
        forward = reverse = np.uint64(0)
        known = 0  # bases without N up to here
        for place in range(length):
            code = np.uint64(codes[row, place])
            known = known + 1 if code < _UNKNOWN else 0
            # an N has left both words when they are whole again
            forward = (forward << _TWO | code & _THREE) & mask
            reverse = reverse >> _TWO | (_THREE - (code & _THREE)) << last
            if known >= k:
                word = min(forward, reverse)
                number = word * MIX >> shift
                if low <= number < high:
                    words[found], rows[found] = word, row
                    found += 1
    return words[:found].copy(), rows[:found].copy()
