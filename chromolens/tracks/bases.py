"""Values of single bases as tracks: bigWig and bedGraph, absent where there is none."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.tables.column import Table
from chromolens.tracks.bigwig import write_pieces


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
    order = {chrom: place for place, chrom in enumerate(sizes)}
    inside = bases.sort_values("chrom", key=lambda names: names.map(order), kind="stable")
    chroms, starts, values = (inside[name].to_numpy() for name in ("chrom", "start", "value"))
    first = np.ones(len(starts), bool)  # of neighbours
    first[1:] = (chroms[1:] != chroms[:-1]) | (starts[1:] != starts[:-1] + 1)
    pieces = (
        (chroms[low], int(starts[low]), values[low:high])
        for low, high in pairwise([*np.flatnonzero(first).tolist(), len(starts)])
    )
    write_pieces(bigwig, sizes, pieces)
    tables.write(table, bases, bedgraph)
