"""A number per marker as tracks: bigWig and bedGraph, one base each at the markers' places."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.markers.runs import checked, chromosome_starts, starts_of
from chromolens.tables.markers import MARKER_BEDGRAPH
from chromolens.tracks.bases import write_bases


def write_tracks(
    markers: pd.DataFrame,
    values: np.ndarray,
    bigwig: str | Path,
    bedgraph: str | Path,
    sizes: Mapping[str, int] | None = None,
) -> int:
    """Write both files; return how many markers they lack because another has the same base.

    Parameters
    ----------
    markers
        With the columns marker, chrom, position (bp, 1-based).
    values : (markers,)
        NaN: no value. Of several markers on one base the one of the largest \\|value\\| stands
        there, the first of equals.
    sizes
        Length (bp) of every chromosome; up to its last marker where None.
    """
    placed = _placed(markers, values)
    kept = placed.drop_duplicates(["chrom", "start"])
    found = markers.groupby("chrom", sort=False)["position"].max().astype(int).to_dict()
    sizes = dict(sizes or found)
    past = [chrom for chrom, end in found.items() if end > sizes.get(chrom, 0)]
    if past:
        raise BadInput(
            f"a marker at {past[0]}:{found[past[0]]}",
            expected=f"{past[0]} of {sizes.get(past[0], 'the genome: it is not in it')} bp",
            remedy="markers and genome must be of one assembly",
        )
    write_bases(kept, sizes, bigwig=bigwig, bedgraph=bedgraph, table=MARKER_BEDGRAPH)
    return len(placed) - len(kept)


def _placed(markers: pd.DataFrame, values: np.ndarray) -> pd.DataFrame:
    """chrom, start, end, value in order; of one base the largest first."""
    chromosome_starts(markers)
    values, position = checked(markers, values), markers["position"].to_numpy()
    odd = np.flatnonzero((position < 1) | (position % 1 != 0))
    if len(odd):
        raise BadInput(
            f"marker {markers['marker'].iloc[odd[0]]!r} lies at {position[odd[0]]}",
            expected="a base, counted from 1: whole numbers",
            remedy="centimorgans have no place in tracks; give positions in bases",
        )
    start = position.astype(int) - 1
    table = pd.DataFrame({"chrom": markers["chrom"].to_numpy(), "start": start, "end": start + 1,
                          "value": values})  # fmt: skip
    table = table[np.isfinite(values)]
    run = np.zeros(len(table), int)
    if len(table):
        run[starts_of((table["chrom"] + ":" + table["start"].astype(str)).to_numpy(str))] = 1
    order = np.lexsort((-table["value"].abs(), run.cumsum()))
    return table.iloc[order].reset_index(drop=True)
