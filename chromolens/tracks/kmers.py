"""Contributions of k-mers on the genome that their texts are from.

A k-mer's contribution is shared evenly over its bases, and k-mers that overlap add up
(``inputs.tokens.kmers``): the sum over a text's bases is that of its tokens. A base in several
texts has the mean over these; a base in none, or between k-mers that don't touch, has no value.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.fasta import chromosome_sizes
from chromolens.genome.intervals import Interval
from chromolens.inputs.tokens.kmers import bases_of
from chromolens.runlog import logger
from chromolens.scores import open_scores


def bases_of_records(
    windows: pd.DataFrame, records: str | Path, step: int, sizes: Mapping[str, int]
) -> pd.DataFrame:
    """chrom, start, end, value of each base, in the order of ``sizes``, then of the bases.

    Parameters
    ----------
    windows
        ``TOKEN_WINDOWS``; texts without a place are left out.
    records
        The contributions of a task (``scores.EXPORT``).
    step
        From one k-mer to the next (bp).
    sizes
        Length (bp) of every chromosome.
    """
    placed = windows.set_index("id")
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {chrom: [] for chrom in sizes}
    left_out = 0
    with open_scores(records) as file:
        for name, values in zip(file["id"].asstr()[:], file["contributions"][:], strict=True):
            place, tokens = placed.at[name, "place"], placed.at[name, "text"].split()
            if not place:
                left_out += 1
                continue
            at = Interval.parse(place)
            shares = bases_of(tokens, values[: len(tokens)], step)[1]
            known = np.flatnonzero(~np.isnan(shares))
            found[at.chrom].append((at.start + known, shares[known]))
    logger.info("%d texts have no place on the genome: they are not in the track", left_out)
    parts = [_means(chrom, own) for chrom, own in found.items() if own]
    columns = ["chrom", "start", "end", "value"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _means(chrom: str, own: list[tuple[np.ndarray, np.ndarray]]) -> pd.DataFrame:
    """The mean of the values on each base."""
    starts, values = map(np.concatenate, zip(*own, strict=True))
    bases, which = np.unique(starts, return_inverse=True)
    mean = np.bincount(which, values) / np.bincount(which)
    return pd.DataFrame({"chrom": chrom, "start": bases, "end": bases + 1, "value": mean})


def sizes_of_all(fastas: Collection[str]) -> dict[str, int]:
    """Length (bp) of each chromosome of several FASTAs; BadInput where one has two lengths."""
    sizes: dict[str, int] = {}
    for path in dict.fromkeys(fastas):
        for chrom, length in chromosome_sizes(path).items():
            if sizes.setdefault(chrom, length) != length:
                raise BadInput(
                    f"{chrom} has {length} bp, and {sizes[chrom]} in the FASTA of other peaks",
                    expected="one assembly for all peaks that tracks are made of",
                    where=path,
                )
    return sizes
