"""Windows of equal width read from a genome: sorted into blocks, each block read once.

A block compressed in the FASTA is costly to open and cheap to go on reading, so the reader keeps
the last blocks that it read; its memory is bounded whatever the genome and the number of windows.
"""

import threading
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.circular import wrapped
from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import UNKNOWN, codes_of

BLOCK = 1 << 17  # bp of a block
_KEPT = 512  # blocks: 64 MB, all of a yeast genome


def blocks(
    chroms: np.ndarray, starts: np.ndarray, size: int
) -> Iterator[tuple[str, int, np.ndarray]]:
    """Yield (chromosome, first base of a block, indices of the windows that start in it).

    Block starts are multiples of ``size`` (bp), negative for windows that start before base 0.
    """
    names, number = np.unique(np.asarray(chroms, dtype=str), return_inverse=True)
    block = np.floor_divide(starts, size)
    order = np.lexsort((block, number))
    change = (np.diff(number[order]) != 0) | (np.diff(block[order]) != 0)
    for part in np.split(order, np.flatnonzero(change) + 1):
        if len(part):
            yield str(names[number[part[0]]]), int(block[part[0]]) * size, part


class Reader:
    """Reads the codes of many windows of a FASTA; the file is opened at the first reading.

    Safe to use from several threads of one process.
    """

    def __init__(self, fasta: str):
        self.fasta = str(fasta)
        self._genome: Genome | None = None
        self._lock = threading.Lock()
        self._stretch = lru_cache(maxsize=_KEPT)(self._read_stretch)

    @property
    def sizes(self) -> dict[str, int]:
        """Length (bp) of each chromosome."""
        with self._lock:
            return self._open().sizes

    @property
    def circular(self) -> dict[str, int]:
        """Length (bp) of each circular chromosome."""
        with self._lock:
            return self._open().circular

    def codes(self, chroms: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
        """Return codes uint8 (n, length) of [start, start + length) of each window.

        0..3 are A, C, G, T; 4 is anything else, and what lies outside the chromosome (of a
        circular one nothing does).
        """
        starts = wrapped(chroms, starts, self.circular)
        codes = np.empty((len(starts), length), dtype=np.uint8)
        columns = np.arange(length)
        for chrom, first, part in blocks(chroms, starts, BLOCK):
            stretch = self._stretch(chrom, first, length)
            codes[part] = stretch[(starts[part] - first)[:, None] + columns]
        return codes

    def _open(self) -> Genome:
        if self._genome is None:
            self._genome = Genome(self.fasta)
        return self._genome

    def _read_stretch(self, chrom: str, first: int, length: int) -> np.ndarray:
        """Return the codes of a block and of the ``length`` bases after it (outside: 4)."""
        stretch = np.full(BLOCK + length, UNKNOWN, dtype=np.uint8)
        with self._lock:
            genome = self._open()
            low = max(first, 0)
            if chrom not in genome.sizes:
                raise BadInput(
                    f"a window lies on {chrom!r}, which the genome doesn't have",
                    expected=f"one of {', '.join(list(genome.sizes)[:20])}",
                    where=self.fasta,
                )
            end = genome.sizes[chrom] + (length if chrom in genome.circular else 0)
            high = min(first + len(stretch), end)
            if low < high:
                # not ``genome.codes``, which keeps blocks of its own
                stretch[low - first : high - first] = codes_of(genome.sequence(chrom, low, high))
        return stretch
