"""The files of SIS: subsets, clusters, motifs, and subsets as BED for a genome browser.

``sis.tsv.gz`` has one row per subset:

===========  ====================================================================================
id           the window, ``chrom:start-end``, or a record's name
fold         whose model found it
order        0 for the first subset of a window, and on
value        target on the subset alone
without_one  highest target once any one of its positions is masked too: below the threshold
threshold    of the fold, target units
rest_value   target of the window once all its subsets in this table are masked
positions    offsets in the window, 0-based, ascending, comma-separated
string       the SIS string of the paper
sequence     all bases from 10 before the subset's first position to 10 behind its last
===========  ====================================================================================
"""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.onehot import BASES
from chromolens.motifs.meme import write_meme
from chromolens.runlog import atomic
from chromolens.sis.motifs.members import origin

if TYPE_CHECKING:
    # the jobs that find subsets need no clustering packages
    from chromolens.sis.motifs.cluster_motifs import Clusters
    from chromolens.sis.motifs.matrices import Matrices

COLUMNS = "id fold order value without_one threshold rest_value positions string sequence".split()
TEXT = {name: str for name in ("id", "fold", "positions", "string", "sequence")}


def write_subsets(table: pd.DataFrame, path: str | Path) -> None:
    """Write ``sis.tsv.gz`` (the same bytes for the same table)."""
    _write_gzipped(table[COLUMNS], path)


def read_subsets(path: str | Path) -> pd.DataFrame:
    """Read ``sis.tsv.gz``; BadInput where a column is missing."""
    table = pd.read_csv(path, sep="\t", dtype=TEXT, keep_default_na=False)
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise BadInput(f"no column {missing[0]!r}", expected=", ".join(COLUMNS), where=str(path))
    return table


def write_clusters(
    clusters: "Clusters",
    *,
    clusters_tsv: str | Path,
    parts_tsv: str | Path,
    motifs_tsv: str | Path,
    weights_tsv: str | Path,
    motifs_meme: str | Path,
    background: tuple[float, ...] | np.ndarray = (0.25, 0.25, 0.25, 0.25),
) -> None:
    """Write the strings' clusters, the parts' alignments, and the motifs with their matrices.

    ``parts_tsv`` is gzipped. Weights have a row per motif and position.
    """
    found = clusters.found
    tables = {clusters_tsv: clusters.strings, motifs_tsv: clusters.motifs}
    for path, table in (tables | {weights_tsv: _weights(found)}).items():
        with atomic(path) as temporary:
            table.to_csv(temporary, sep="\t", index=False)
    _write_gzipped(clusters.parts, parts_tsv)
    ppms = {name: motif.ppm for name, motif in found.items()}
    sites = {name: motif.sites for name, motif in found.items()}
    write_meme(ppms, motifs_meme, background, sites)


def _weights(found: Mapping[str, "Matrices"]) -> pd.DataFrame:
    columns = ["motif", "position", *BASES, "bases"]
    rows = [
        (name, position, *np.round(row, 4), int(bases))
        for name, motif in found.items()
        for position, (row, bases) in enumerate(zip(motif.weights, motif.bases, strict=True))
    ]
    return pd.DataFrame(rows, columns=columns)


def read_weights(path: str | Path) -> dict[str, np.ndarray]:
    """Motif -> share of its sites that keep each base, (length, 4), of ``weights.tsv``."""
    table = pd.read_csv(path, sep="\t", dtype={"motif": str})
    return {name: rows[list(BASES)].to_numpy() for name, rows in table.groupby("motif")}


def _write_gzipped(table: pd.DataFrame, path: str | Path) -> None:
    """The same bytes for the same table."""
    text = table.to_csv(sep="\t", index=False).encode()
    with atomic(path) as temporary:
        temporary.write_bytes(gzip.compress(text, mtime=0))


def write_bed(table: pd.DataFrame, path: str | Path) -> None:
    """Write subsets as BED12: a line per subset, a block per run of adjacent positions.

    Genome coordinates (0-based, half-open) for windows ``chrom:start-end``, else offsets in the
    record. The name is ``window|order``; no strand; sorted by chromosome (in the order of the
    table) and start.
    """
    rows = zip(table["id"], table["order"], table["positions"], strict=True)
    lines = [_bed_fields(*row) for row in rows]
    rank = {chrom: place for place, chrom in enumerate(dict.fromkeys(line[0] for line in lines))}
    order = sorted(range(len(lines)), key=[(rank[x[0]], x[1], x[2]) for x in lines].__getitem__)
    with atomic(path) as temporary:
        temporary.write_text("".join("\t".join(map(str, lines[index])) + "\n" for index in order))


def _bed_fields(name: str, order: int, positions: str) -> tuple:
    chrom, start = origin(name)
    at = start + np.array([int(position) for position in positions.split(",")])
    runs = np.split(at, np.flatnonzero(np.diff(at) > 1) + 1)
    first, last = int(at[0]), int(at[-1]) + 1
    sizes = ",".join(str(len(run)) for run in runs)
    starts = ",".join(str(run[0] - first) for run in runs)
    place = (chrom, first, last, f"{name}|{order}", 0, ".", first, last, 0)
    return (*place, len(runs), sizes, starts)
