"""Position probability matrices: what a motif looks like, and how much it says.

A PPM is float (length, 4): the frequencies of A, C, G, T at each position, each row summing
to 1.
"""

import numpy as np

from chromolens.genome.onehot import BASES, IUPAC

_LETTER_OF = {bases: letter for letter, bases in IUPAC.items()}


def normalise(ppm: np.ndarray) -> np.ndarray:
    """Rows of ``ppm`` (length, 4) divided by their sums; a row of zeros (only Ns) is uniform."""
    ppm = np.asarray(ppm, dtype=float)
    sums = ppm.sum(axis=1, keepdims=True)
    return np.where(sums > 0, ppm / np.where(sums > 0, sums, 1), 0.25)


def column_information(ppm: np.ndarray) -> np.ndarray:
    """Bits of each position, (length,): 2 + sum p log2 p, against uniform bases."""
    ppm = normalise(ppm)
    return 2 + (ppm * np.log2(np.where(ppm > 0, ppm, 1))).sum(axis=1)


def information(ppm: np.ndarray, sites: float = np.inf) -> float:
    """Total bits of a motif made of ``sites`` sites, less what chance alone would give.

    Frequencies of few sites look informative: (4 - 1) / (2 ln 2 sites) bits a position are
    expected of random bases (Schneider et al. 1986, J. Mol. Biol. 188:415).
    """
    return float((column_information(ppm) - 3 / (2 * np.log(2) * sites)).sum())


def trim(ppm: np.ndarray, minimum: float = 0.25) -> np.ndarray:
    """The motif from its first to its last position of at least ``minimum`` bits."""
    return normalise(ppm)[core(ppm, minimum)]


def core(ppm: np.ndarray, minimum: float = 0.25) -> slice:
    """What ``trim`` keeps; nothing where no position has as many bits."""
    kept = np.flatnonzero(column_information(ppm) >= minimum)
    return slice(kept[0], kept[-1] + 1) if len(kept) else slice(0, 0)


def reverse_complement(ppm: np.ndarray) -> np.ndarray:
    """The motif as it reads on the other strand."""
    return ppm[::-1, ::-1]


def consensus(ppm: np.ndarray) -> str:
    """One letter a position: a base of more than half and twice the next, two of 3/4, or N."""
    return "".join(_letter(row) for row in ppm)


def _letter(row: np.ndarray) -> str:
    first, second = np.argsort(-row, kind="stable")[:2]
    if row[first] > 0.5 and row[first] > 2 * row[second]:
        return BASES[first]
    if row[first] + row[second] > 0.75:
        return _LETTER_OF["".join(sorted(BASES[first] + BASES[second]))]
    return "N"
