"""Subsets drawn from known motifs, on both strands: a planted truth for clustering.

Shared with ``benchmarks/sis/clustering.py``.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.genome.onehot import codes_of, reverse_complement_codes, sequence_of
from chromolens.sis.motifs.strings import sis_string, surroundings

MOTIFS = {
    "maf": "TGCTGACTCAGCA",
    "gata": "AGATAAGG",
    "reb": "GTTACCCGG",
    "abf": "ATCACTNNNNNNACGA",
    "rap": "ACACCCATACAT",
    "ume": "TAGCCGCCGA",
    "ctcf": "CCACCAGGGGGCGC",
}
"""One for each factor. S is G or C; an N is a spacer: any base, never kept."""

BENCHMARK = {
    "maf_whole": "TGCTGASTCAGCA",
    "maf_core": "TGCTGAGTCAT",
    "maf_spaced": "TGCTGACNNNGCANTTT",
    "gata": "CAGATAAGGA",
    "ctcf": "TGGCCACCAGGGGGCGCTA",
    "sp1": "GGGGGCGGGGCC",
    "nfy": "CTCAGCCAATCAGCG",
}
"""Five factors, one of them in the three forms that the paper shows for MAFF."""

Site = tuple[np.ndarray, np.ndarray]
"""Codes, and which of them a subset keeps."""


def site(motif: str, rng: np.random.Generator, drop: float = 0.15, change: float = 0.0) -> Site:
    """One site: bases change with ``change``, and a subset can do without them with ``drop``."""
    choices = {"S": "GC", "N": "ACGT"}
    text = "".join(rng.choice(list(choices.get(letter, letter))) for letter in motif)
    codes, spacer = codes_of(text).copy(), np.array(list(motif)) == "N"
    changed = rng.random(len(codes)) < change
    codes[changed] = rng.integers(0, 4, changed.sum())
    return codes, (rng.random(len(codes)) >= drop) & ~spacer


def noise(rng: np.random.Generator) -> Site:
    """Random bases of which 65 % are kept."""
    length = int(rng.integers(8, 20))
    return rng.integers(0, 4, length).astype(np.uint8), rng.random(length) < 0.65


def strand(piece: Site, rng: np.random.Generator) -> Site:
    """The site on a random strand."""
    codes, kept = piece
    return (reverse_complement_codes(codes), kept[::-1]) if rng.random() < 0.5 else piece


def window(
    pieces: Sequence[Site], starts: Sequence[int], rng: np.random.Generator, length: int = 101
) -> tuple[str, np.ndarray]:
    """A random window that holds the pieces at ``starts``, and the positions kept."""
    codes, kept = rng.integers(0, 4, length).astype(np.uint8), np.zeros(length, bool)
    for (base, keep), start in zip(pieces, starts, strict=True):
        codes[start : start + len(base)] = base
        kept[start : start + len(base)] = keep
    return sequence_of(codes), np.flatnonzero(kept)


def subsets_table(windows: Sequence[tuple[str, np.ndarray]]) -> pd.DataFrame:
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


def planted(count: int, noisy: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """``count`` subsets of each of MOTIFS and ``noisy`` of random bases, with their families."""
    rng = np.random.default_rng(seed)
    families = [name for name in MOTIFS for _ in range(count)]
    families += [f"noise{number}" for number in range(noisy)]
    windows = []
    for name in families:
        piece = noise(rng) if name.startswith("noise") else site(MOTIFS[name], rng)
        windows.append(window([strand(piece, rng)], [int(rng.integers(15, 70))], rng))
    order = rng.permutation(len(windows))
    return subsets_table([windows[place] for place in order]), np.array(families)[order]


def planted_strings(
    count: int,
    seed: int = 0,
    *,
    motifs: Mapping[str, str] = BENCHMARK,
    drop: float = 0.15,
    change: float = 0.03,
    noisy: float = 0.1,
) -> tuple[list[str], np.ndarray]:
    """``count`` SIS strings on random strands, and the family of each ("noise": none)."""
    rng, names = np.random.default_rng(seed), list(motifs)
    strings, families = [], []
    while len(strings) < count:
        name = "noise" if rng.random() < noisy else names[rng.integers(len(names))]
        piece = noise(rng) if name == "noise" else site(motifs[name], rng, drop, change)
        codes, kept = strand(piece, rng)
        if kept.any():
            strings.append(sis_string(sequence_of(codes), np.flatnonzero(kept)))
            families.append(name)
    return strings, np.array(families)
