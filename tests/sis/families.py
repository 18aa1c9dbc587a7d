"""Subsets drawn from known motifs, on both strands: a planted truth for clustering."""

import numpy as np
import pandas as pd

from chromolens.genome.onehot import codes_of, reverse_complement_codes, sequence_of
from chromolens.sis.strings import sis_string, surroundings

MOTIFS = {
    "maf": "TGCTGACTCAGCA",
    "gata": "AGATAAGG",
    "reb": "GTTACCCGG",
    "abf": "ATCACTTCTCACGA",
    "rap": "ACACCCATACAT",
    "ume": "TAGCCGCCGA",
    "ctcf": "CCACCAGGGGGCGC",
}
SPACER = {"abf": range(4, 10)}


def site(family: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Codes of one site and which of its bases a subset keeps (its spacer is random)."""
    codes = codes_of(MOTIFS[family]).copy()
    kept = rng.random(len(codes)) > 0.15
    spacer = list(SPACER.get(family, ()))
    codes[spacer] = rng.integers(0, 4, len(spacer))
    kept[spacer] = False
    return codes, kept


def window(pieces: list[tuple[np.ndarray, np.ndarray]], starts: list[int], rng, length=101):
    """A random window that holds the pieces at ``starts``, each on a random strand."""
    codes, kept = rng.integers(0, 4, length).astype(np.uint8), np.zeros(length, bool)
    for (base, keep), start in zip(pieces, starts, strict=True):
        if rng.random() < 0.5:
            base, keep = reverse_complement_codes(base), keep[::-1]
        codes[start : start + len(base)] = base
        kept[start : start + len(base)] = keep
    return sequence_of(codes), np.flatnonzero(kept)


def subsets_table(windows: list[tuple[str, np.ndarray]]) -> pd.DataFrame:
    """A table as ``find_subsets`` gives it; windows do not overlap in the genome."""
    rows = [
        {
            "id": f"chr1:{200 * number}-{200 * number + len(sequence)}",
            "fold": "fold0",
            "order": 0,
            "value": 1.0,
            "without_one": -1.0,
            "threshold": 0.5,
            "rest_value": 0.0,
            "positions": ",".join(map(str, kept)),
            "string": sis_string(sequence, kept),
            "sequence": surroundings(sequence, kept),
        }
        for number, (sequence, kept) in enumerate(windows)
    ]
    return pd.DataFrame(rows)


def planted(count: int, noise: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """``count`` subsets of each family and ``noise`` of random bases, with their families."""
    rng = np.random.default_rng(seed)
    windows, labels = [], []
    for family in MOTIFS:
        for _ in range(count):
            windows.append(window([site(family, rng)], [int(rng.integers(15, 70))], rng))
            labels.append(family)
    for number in range(noise):
        random = rng.integers(0, 4, 9).astype(np.uint8), rng.random(9) < 0.7
        windows.append(window([random], [int(rng.integers(15, 70))], rng))
        labels.append(f"noise{number}")
    order = rng.permutation(len(windows))
    return subsets_table([windows[place] for place in order]), np.array(labels)[order]
