"""Values of single bases as tracks: bigWig and bedGraph, absent where there is none."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.tables.column import Table
from chromolens.tracks.bigwig import write_bigwig


def write_bases(
    bases: pd.DataFrame,
    sizes: Mapping[str, int],
    *,
    bigwig: str | Path,
    bedgraph: str | Path,
    table: Table,
) -> None:
    """Write both files.

    Parameters
    ----------
    bases
        chrom, start (0-based), end (start + 1), value: each base once, in ascending order within
        its chromosome.
    sizes
        Length (bp) of every chromosome.
    table
        How the bedGraph is declared.
    """
    by_chrom = {chrom: own for chrom, own in bases.groupby("chrom", sort=False)}

    def read(chrom: str, start: int, end: int) -> np.ndarray:
        track = np.full(end - start, np.nan, np.float32)
        if chrom in by_chrom:
            starts, values = (by_chrom[chrom][name].to_numpy() for name in ("start", "value"))
            low, high = np.searchsorted(starts, [start, end])
            track[starts[low:high] - start] = values[low:high]
        return track

    write_bigwig(bigwig, sizes, read)
    tables.write(table, bases, bedgraph)
