"""Where TF-MoDISco's seqlets lie in the genome (or in the records), as BED.

modisco counts from the start of the stretch that it read of each window; windows start where
their ids say. All coordinates are 0-based and half-open.
"""

from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.genome.intervals import Interval
from chromolens.motifs.modisco.patterns import Pattern, read_patterns
from chromolens.scores import open_scores
from chromolens.tables.motifs import SEQLETS


def seqlets_table(modisco_h5: str | Path, kind: str = "genome") -> pd.DataFrame:
    """All seqlets of a modisco file, sorted by place; a BED of six columns and more.

    Parameters and columns are those of ``read_seqlets``.
    """
    order = ["chrom", "start", "end", "pattern"]
    return read_seqlets(modisco_h5, kind).sort_values(order, ignore_index=True)


def read_seqlets(modisco_h5: str | Path, kind: str = "genome") -> pd.DataFrame:
    """All seqlets of a modisco file, pattern by pattern in the order in which it holds them.

    Parameters
    ----------
    modisco_h5
        As ``find_patterns`` writes it.
    kind
        Of the inputs: ``genome`` (window ids are chrom:start-end), or ``sequences`` (the id
        stands as chrom, and places are in the record).

    Returns
    -------
    DataFrame
        ``SEQLETS``. score: 1000 x |contribution| / the largest of the file, rounded; strand:
        on which the sequence reads as the pattern does; core_start, core_end: the pattern's
        core (``Pattern.core``), which is what BED calls thickStart and thickEnd; window: its
        id; contribution: sum over the seqlet, in the units of the scores.
    """
    if kind not in ("genome", "sequences"):
        raise BadInput(f"inputs of kind {kind!r}", expected="genome or sequences")
    with open_scores(modisco_h5) as file:
        ids = file["chromolens/ids"].asstr()[:]
        offset = int(file["chromolens"].attrs["offset"])
        starts = _starts(ids, kind) + offset
        parts = list(_parts(file, read_patterns(modisco_h5), starts))
    if not parts:
        return tables.empty(SEQLETS)
    table = pd.concat(parts, ignore_index=True)
    windows = ids[table.pop("example")]
    table["window"] = windows
    table["chrom"] = _chromosomes(windows, kind)
    size = table["contribution"].abs()
    # a file whose seqlets all sum to zero has no largest
    table["score"] = (1000 * size / (size.max() or 1)).round().astype(int)
    return table[SEQLETS.names]


def write_seqlets(modisco_h5: str | Path, path: str | Path, kind: str = "genome") -> None:
    """Write ``seqlets_table`` as BED: tabs, no header."""
    tables.write(SEQLETS, seqlets_table(modisco_h5, kind), path)


def _starts(ids: np.ndarray, kind: str) -> np.ndarray:
    if kind == "sequences":
        return np.zeros(len(ids), dtype=int)
    return np.array([Interval.parse(name).start for name in ids], dtype=int)


def _chromosomes(windows: np.ndarray, kind: str) -> list[str]:
    return [Interval.parse(name).chrom if kind == "genome" else name for name in windows]


def _parts(file: h5py.File, patterns: list[Pattern], starts: np.ndarray) -> Iterator[pd.DataFrame]:
    for pattern in patterns:
        sign, key = pattern.name.split(".", 1)
        yield _places(file[f"{sign}_patterns/{key}/seqlets"], pattern, starts)


def _places(group: h5py.Group, pattern: Pattern, starts: np.ndarray) -> pd.DataFrame:
    """Seqlets of one pattern; ``starts``: where what modisco read of each window begins."""
    example, backward = group["example_idx"][:], group["is_revcomp"][:].astype(bool)
    start, end = (starts[example] + group[name][:] for name in ("start", "end"))
    first, last = pattern.core.start, pattern.core.stop
    return pd.DataFrame(
        {
            "start": start,
            "end": end,
            "pattern": pattern.name,
            "strand": np.where(backward, "-", "+"),
            # a seqlet on the other strand is read from its end
            "core_start": np.where(backward, end - last, start + first),
            "core_end": np.where(backward, end - first, start + last),
            "contribution": group["contrib_scores"][:].sum(axis=(1, 2), dtype=float),
            "example": example,
        }
    )
