"""Motifs as they are put into sequences: their letters, drawn sites, scrambled selves.

A piece is codes uint8 (width,); where it is ``UNKNOWN`` the sequence keeps its own base.
"""

import numpy as np

from chromolens.errors import BadInput, describe
from chromolens.genome.onehot import BASES, UNKNOWN, codes_of, sequence_of
from chromolens.genome.shuffles import seed_of
from chromolens.motifs.hits.sought import Sought, shuffles
from chromolens.motifs.ppm import normalise
from chromolens.ties import first_best

INSTANCES = ("consensus", "drawn")
SCRAMBLES = 10
_EVEN = 1e-6
"""Frequencies of a column that differ by less are equal."""

Given = str | np.ndarray | Sought
"""A motif as callers give it: letters (A, C, G, T; N keeps the sequence's base), a PPM (width, 4),
or a motif of a lexicon."""


def motif_of(given: Given, name: str = "") -> Sought:
    """``given`` as a motif, called ``name`` or by its letters.

    BadInput for other letters, or rows that are no frequencies.
    """
    if isinstance(given, Sought):
        return given
    if isinstance(given, str):
        return Sought(name or given.upper(), "", "", _of_letters(given))
    ppm = np.asarray(given, dtype=float)
    if ppm.ndim != 2 or ppm.shape[1:] != (4,) or not len(ppm) or not _are_frequencies(ppm):
        raise BadInput(
            f"a motif is {describe(given)} of shape {ppm.shape}",
            expected="letters, or frequencies (width, 4) of A, C, G, T that sum to 1",
        )
    ppm = normalise(ppm)
    return Sought(name or sequence_of(consensus(ppm)), "", "", ppm)


def _of_letters(letters: str) -> np.ndarray:
    odd = set(letters.upper()) - {*BASES, "N"}
    if odd or not set(letters.upper()) & {*BASES}:
        raise BadInput(
            f"{letters!r} can't be put into a sequence",
            expected="letters A, C, G, T, and N where the sequence keeps its base",
        )
    codes = codes_of(letters)
    return np.where(codes[:, None] == UNKNOWN, 0.25, np.arange(4) == codes[:, None])


def _are_frequencies(ppm: np.ndarray) -> bool:
    return bool((ppm >= 0).all() and (np.abs(ppm.sum(axis=1) - 1) < 0.02).all())


def consensus(ppm: np.ndarray) -> np.ndarray:
    """The likeliest base of each column, of equals the first; ``UNKNOWN`` where all are equal."""
    even = np.ptp(ppm, axis=1) < _EVEN
    return np.where(even, UNKNOWN, first_best(ppm, _EVEN)).astype(np.uint8)


def piece(ppm: np.ndarray, instances: str, name: str, seed: int) -> np.ndarray:
    """What is put into the sequence called ``name``: the ``consensus``, or a site ``drawn``."""
    best = consensus(ppm)
    if instances == "consensus":
        return best
    draws = np.random.default_rng(seed_of(f"{name} site", seed)).random((len(ppm), 1))
    drawn = (draws >= ppm.cumsum(axis=1)[:, :3]).sum(axis=1)
    return np.where(best == UNKNOWN, UNKNOWN, drawn).astype(np.uint8)


def scrambled(motif: Sought, seed: int) -> list[np.ndarray]:
    """PPMs of the motif's columns in other orders, unlike it on both strands.

    BadInput for a motif whose columns are all alike (poly-A).
    """
    rng = np.random.default_rng(seed_of(f"{motif.motif} scrambled", seed))
    found = shuffles(motif.ppm, SCRAMBLES, rng)
    if not found:
        raise BadInput(
            f"{motif.label}: in whatever order its columns stand, it is the same motif",
            expected="a motif with something to scramble",
        )
    return found


def put(codes: np.ndarray, piece: np.ndarray, start: int) -> np.ndarray:
    """A copy of ``codes`` (length,) with ``piece`` from base ``start`` on."""
    made = codes.copy()
    place = made[start : start + len(piece)]
    place[piece < UNKNOWN] = piece[piece < UNKNOWN]
    return made
