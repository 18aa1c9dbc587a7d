"""The files of SIS: subsets, clusters, motifs, and subsets as BED for a genome browser.

Columns are declared in ``tables/sis.py``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.motifs.meme import write_meme
from chromolens.runlog import atomic
from chromolens.sis.motifs.members import origin
from chromolens.sis.motifs.strings import FLANK
from chromolens.tables.sis import ALIGNED, CLUSTERS, SUBSET_MOTIFS, SUBSETS, WEIGHTS

if TYPE_CHECKING:
    # the jobs that find subsets need no clustering packages
    from chromolens.sis.motifs.cluster_motifs import Clusters
    from chromolens.sis.motifs.matrices import Matrices


def write_clusters(
    clusters: "Clusters",
    *,
    clusters_tsv: str | Path,
    parts_tsv: str | Path,
    motifs_tsv: str | Path,
    weights_tsv: str | Path,
    motifs_meme: str | Path,
    model: str,
    task: str,
    background: tuple[float, ...] | np.ndarray = (0.25, 0.25, 0.25, 0.25),
) -> None:
    """Write the strings' clusters, the parts' alignments, and the motifs with their matrices.

    ``motifs_tsv`` names the ``model`` and the ``task`` too.
    """
    found = clusters.found
    tables.write(CLUSTERS, clusters.strings, clusters_tsv)
    tables.write(ALIGNED, clusters.parts, parts_tsv)
    tables.write(SUBSET_MOTIFS, clusters.motifs, motifs_tsv, model=model, task=task)
    tables.write(WEIGHTS, _weights(found), weights_tsv)
    ppms = {name: motif.ppm for name, motif in found.items()}
    sites = {name: motif.sites for name, motif in found.items()}
    write_meme(ppms, motifs_meme, background, sites)


def _weights(found: Mapping[str, "Matrices"]) -> pd.DataFrame:
    rows = [
        (name, position, *np.round(row, 4), int(bases))
        for name, motif in found.items()
        for position, (row, bases) in enumerate(zip(motif.weights, motif.bases, strict=True))
    ]
    return pd.DataFrame(rows, columns=WEIGHTS.names)


def read_subsets(path: str | Path) -> pd.DataFrame:
    """The table of subsets at ``path``; BadInput where positions and sequence don't fit."""
    table = tables.read(SUBSETS, path)
    positions = [np.array(each.split(","), dtype=int) for each in table["positions"]]
    widths = [each[-1] - each[0] + 1 + 2 * FLANK for each in positions]
    mixed = np.array([(np.diff(each) <= 0).any() for each in positions], dtype=bool)
    odd = mixed | (table["sequence"].str.len().to_numpy() != widths)
    if odd.any():
        row = table[odd].iloc[0]
        raise BadInput(
            f"a subset of {row['id']} lies at {row['positions']} in {row['sequence']}",
            expected=f"ascending positions, and their bases with {FLANK} on either side",
            where=str(path),
            remedy="undo the edit, if there was one; else remove the file and run again",
        )
    return table


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
