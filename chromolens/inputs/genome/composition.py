"""What many windows of a genome are made of, from one pass over each chromosome.

A chromosome is kept as one bit a base (is it G or C?), with the number of such bases before each
block, and as its stretches of unknown bases. A count over a window is the difference of two such
sums, whatever its width. The chromosomes asked for last are kept, in a fixed amount of memory.
"""

from collections import OrderedDict

import numpy as np

from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import UNKNOWN

_BLOCK = 512  # bases whose sum is kept
_WORDS = _BLOCK // 64
_MASKS = np.array([(1 << bits) - 1 for bits in range(65)], dtype=np.uint64)
_KEPT = 1 << 29  # bytes of chromosomes: a human genome takes 0.4 GB
_AT_ONCE = 1 << 16  # windows counted together


class Composition:
    """Counts of bases in windows of the indexed FASTA ``fasta``."""

    def __init__(self, fasta: str):
        self._genome = Genome(fasta)
        self._kept: OrderedDict[str, _Sums] = OrderedDict()

    @property
    def sizes(self) -> dict[str, int]:
        """Length (bp) of each chromosome."""
        return self._genome.sizes

    @property
    def circular(self) -> dict[str, int]:
        """Length (bp) of each circular chromosome."""
        return self._genome.circular

    def of(
        self, chroms: np.ndarray, starts: np.ndarray, length: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return (share of G and C among known bases, share of unknown bases) of each window.

        Windows are [start, start + length); what lies outside its chromosome is unknown (of a
        circular one nothing does). Both float64 (n,); the first is NaN where no base is known.
        """
        gc, unknown = np.empty(len(starts)), np.empty(len(starts))
        names, number = np.unique(np.asarray(chroms, dtype=str), return_inverse=True)
        for place in dict.fromkeys(number.tolist()):
            rows = np.flatnonzero(number == place)
            gc[rows], unknown[rows] = self.on(str(names[place]), starts[rows], length)
        return gc, unknown

    def on(self, chrom: str, starts: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Return what ``of`` does, for windows that all lie on ``chrom``."""
        sums = self._sums(chrom)
        laps = (0, self.circular[chrom]) if chrom in self.circular else (0,)
        parts = [starts[low : low + _AT_ONCE] for low in range(0, len(starts), _AT_ONCE)]
        counts = [
            sum(sums.between(part - lap, part - lap + length) for lap in laps) for part in parts
        ]
        strong, known = np.concatenate([np.zeros((2, 0), dtype=np.int64), *counts], axis=1)
        gc = np.divide(strong, known, out=np.full(len(starts), np.nan), where=known > 0)
        return gc, (length - known) / length

    def forget(self) -> None:
        """Free the memory of the chromosomes that were kept."""
        self._kept.clear()

    def _sums(self, chrom: str) -> "_Sums":
        if chrom not in self._kept:
            self._kept[chrom] = _Sums(self._genome, chrom)
            while len(self._kept) > 1 and sum(one.bytes for one in self._kept.values()) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(chrom)
        return self._kept[chrom]


class _Sums:
    """Bases of one chromosome that are G or C, or unknown, counted from its start.

    ``_bits`` uint64 (blocks, 8) has a bit a base, ``_before`` int32 (blocks,) the sum of all
    blocks to the left; the unknown stretches ``_starts``, ``_ends`` int64 (m,) have ``_unknown``
    (m + 1,) bases before each, and in all.
    """

    def __init__(self, genome: Genome, chrom: str):
        self._size = genome.sizes[chrom]
        bits = np.zeros((self._size // _BLOCK + 1) * _BLOCK // 8, dtype=np.uint8)
        edges, low = [], 0
        for codes in genome.stretches(chrom):
            packed = np.packbits((codes == 1) | (codes == 2), bitorder="little")
            bits[low // 8 : low // 8 + len(packed)] = packed
            known = np.concatenate([[True], codes != UNKNOWN, [True]])
            edges.append(np.flatnonzero(known[1:] != known[:-1]).reshape(-1, 2) + low)
            low += len(codes)
        self._bits = bits.view("<u8").reshape(-1, _WORDS)
        self._before = np.zeros(len(self._bits), dtype=np.int32)
        np.cumsum(_ones(self._bits)[:-1], out=self._before[1:])
        self._starts, self._ends = np.ascontiguousarray(np.concatenate(edges).T)
        self._unknown = np.concatenate([[0], np.cumsum(self._ends - self._starts)])

    @property
    def bytes(self) -> int:
        arrays = (self._bits, self._before, self._starts, self._ends, self._unknown)
        return sum(array.nbytes for array in arrays)

    def between(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Return bases that are G or C, and bases that are known, of stretches: int (2, n)."""
        first, last = starts.clip(0, self._size), ends.clip(0, self._size)
        known = last - first - self._unknown_before(last) + self._unknown_before(first)
        return np.stack([self._strong_before(last) - self._strong_before(first), known])

    def _strong_before(self, places: np.ndarray) -> np.ndarray:
        block = places // _BLOCK
        inside = (places % _BLOCK)[:, None] - 64 * np.arange(_WORDS)
        return self._before[block] + _ones(self._bits[block] & _MASKS[inside.clip(0, 64)])

    def _unknown_before(self, places: np.ndarray) -> np.ndarray:
        stretch = np.searchsorted(self._starts, places)  # those that start before each place
        beyond = np.append(0, self._ends)[stretch] - places
        return self._unknown[stretch] - beyond.clip(0)


def _ones(words: np.ndarray) -> np.ndarray:
    """Return the number of set bits of each row: int64 (n,)."""
    return np.bitwise_count(words).sum(axis=-1, dtype=np.int64)
