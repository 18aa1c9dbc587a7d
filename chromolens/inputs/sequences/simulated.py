"""Classes of random records that differ in their bases or hold words: the files of a user."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.onehot import BASES, IUPAC
from chromolens.genome.shuffles import seed_of
from chromolens.runlog import atomic


def simulate(
    path: str | Path,
    *,
    name: str,
    split: str,
    frequencies: Sequence[float],
    records: int,
    bases: int,
    words: Sequence[str] = (),
    seed: int = 0,
) -> None:
    """Write a FASTA of ``records`` records, each of ``bases`` independent bases and one word.

    Parameters
    ----------
    name, split
        Class and split, which with ``seed`` decide what is drawn.
    frequencies
        Of A, C, G and T; they sum to 1.
    words
        In IUPAC letters; each is in as many records (the rest: the first ones), at any place. Of
        the bases that a letter stands for one is drawn; N leaves what is there.
    """
    if abs(sum(frequencies) - 1) > 1e-6:
        raise BadInput(
            f"the frequencies of A, C, G, T sum to {sum(frequencies):g}",
            expected="1",
            where=f"the config, inputs.simulated.classes.{name}",
        )
    rng = np.random.default_rng(seed_of(f"{split}/{name}", seed))
    drawn = rng.choice(list(BASES), (records, bases), p=np.divide(frequencies, sum(frequencies)))
    for number, row in enumerate(drawn if words else ()):
        _plant(words[number % len(words)], row, rng)
    lines = [f">{number}\n{''.join(row)}\n" for number, row in enumerate(drawn, start=1)]
    with atomic(path) as temporary:
        temporary.write_text("".join(lines))


def _plant(word: str, row: np.ndarray, rng: np.random.Generator) -> None:
    """Write ``word`` over some of the bases ``row``, forward."""
    start = rng.integers(len(row) - len(word) + 1)
    for place, letter in enumerate(word, start):
        if letter != "N":
            row[place] = rng.choice(list(IUPAC[letter]))
