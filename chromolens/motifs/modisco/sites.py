"""Where a sequence matches a motif: every place of both strands below an exact p-value.

Scores are log-odds in whole hundredths of a bit. As whole numbers they have a distribution
that can be written down: column by column, the chance of each score in random sequence of the
background's composition (Staden 1989, CABIOS 5:89). A match on the other strand has the same
distribution, since the background is that of both strands together.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.onehot import UNKNOWN
from chromolens.motifs.hits.scan import log_odds

UNITS = 100  # to the bit
_WORD = 8  # bases looked up at once: a table of 4**8 scores stays in the cache


@dataclass(frozen=True, eq=False)
class Matcher:
    """A motif made ready to be looked for.

    ``weights``: int32 (width, 4), hundredths of a bit. ``survival``: float (range + 1,), the
    probability of a score of at least ``lowest`` + i. ``floor``: the smallest score that
    passes, or None where not even the best one is rare enough.
    """

    weights: np.ndarray
    survival: np.ndarray
    lowest: int
    floor: int | None

    @property
    def width(self) -> int:
        """Bases of a match."""
        return len(self.weights)

    @cached_property
    def tables(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Scores of all words of eight bases, for each eight columns, forward and reverse."""
        return _tables(self.weights), _tables(self.weights[::-1, ::-1])

    def p(self, scores: np.ndarray) -> np.ndarray:
        """Probability of at least each of ``scores`` at one place of one strand."""
        return self.survival[np.asarray(scores) - self.lowest]


def both_strands(counts: np.ndarray) -> np.ndarray:
    """Frequencies (4,) of A, C, G, T on both strands together, from counts (4,) on one."""
    both = np.asarray(counts, dtype=float) + np.asarray(counts, dtype=float)[::-1]
    if not both.min() > 0:
        raise BadInput(
            "a genome without A and T, or without C and G, can't be scanned for motifs",
            expected="all four bases in the chromosomes that are explained",
        )
    return both / both.sum()


def matcher(ppm: np.ndarray, background: np.ndarray, max_p: float) -> Matcher:
    """Make ``ppm`` (width, 4) ready; ``background`` (4,) as of ``both_strands``."""
    bits = log_odds(ppm, background) / np.log(2)
    weights = np.rint(bits * UNITS).astype(np.int32)
    survival = _survival(weights, background)
    lowest = int(weights.min(axis=1).sum())
    rare = np.flatnonzero(survival <= max_p)
    return Matcher(weights, survival, lowest, lowest + int(rare[0]) if len(rare) else None)


def _survival(weights: np.ndarray, background: np.ndarray) -> np.ndarray:
    chance = np.ones(1)
    for row in weights - weights.min(axis=1, keepdims=True):
        longer = np.zeros(len(chance) + row.max())
        for more, share in zip(row, background, strict=True):
            longer[more : more + len(chance)] += share * chance
        chance = longer
    # from the rare end, so that small probabilities are not lost beside large ones
    return np.cumsum(chance[::-1])[::-1]


def _tables(weights: np.ndarray) -> list[np.ndarray]:
    padded = np.pad(weights, [(0, -len(weights) % _WORD), (0, 0)])
    return [_table(padded[first : first + _WORD]) for first in range(0, len(padded), _WORD)]


def _table(weights: np.ndarray) -> np.ndarray:
    total = np.zeros(1, np.int32)
    for row in weights:
        total = (total[:, None] + row).ravel()
    return total


class Stretch:
    """A stretch of sequence made ready to be scanned with many motifs: codes uint8 (length,)."""

    def __init__(self, codes: np.ndarray):
        self._length = len(codes)
        # a word that holds an N, or runs past the end, is looked up as if A stood there;
        # such places are left out afterwards
        bases = np.append(np.where(codes < UNKNOWN, codes, 0), np.zeros(_WORD, np.uint8))
        self._words = np.zeros(self._length, np.intp)
        for offset in range(_WORD):
            self._words = 4 * self._words + bases[offset : offset + self._length]
        self._unknown = np.append(0, np.cumsum(codes == UNKNOWN))

    def sites(self, motif: Matcher) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Starts, scores (hundredths of a bit) and whether reverse, of all matches that pass."""
        if motif.floor is None:
            return np.zeros(0, np.intp), np.zeros(0, np.int32), np.zeros(0, bool)
        found = [self._strand(tables, motif) for tables in motif.tables]
        reverse = np.repeat([False, True], [len(starts) for starts, _ in found])
        starts, scores = (np.concatenate(part) for part in zip(*found, strict=True))
        return starts, scores, reverse

    def _strand(self, tables: list[np.ndarray], motif: Matcher) -> tuple[np.ndarray, np.ndarray]:
        places = max(self._length - motif.width + 1, 0)
        scores = np.zeros(places, np.int32)
        for number, table in enumerate(tables):
            # the last word of the last places may begin past the end, where all weights are 0
            words = self._words[number * _WORD :][:places]
            scores[: len(words)] += table[words]
        starts = np.flatnonzero(scores >= motif.floor)
        known = self._unknown[starts + motif.width] == self._unknown[starts]
        return starts[known], scores[starts[known]]
