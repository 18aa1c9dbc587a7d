"""Where a motif's seqlets lie: from the middle of their windows, and from the nearest TSS."""

from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from chromolens.genome.intervals import Interval
from chromolens.genome.nearest import nearest_places
from chromolens.motifs.modisco.seqlets import read_seqlets


def seqlet_places(merged_h5: str | Path, kind: str) -> pd.DataFrame:
    """A row per seqlet, in the order in which the file holds them.

    Columns pattern, window, strand, start, end, chrom, middle, from_centre.

    ``start`` and ``end`` (0-based, half-open) and the ``middle`` of its core (bp, perhaps a half)
    count along ``chrom``: the chromosome, or the record (``kind`` "sequences"). ``from_centre``:
    of the middle, from the middle base of the window; windows are cut around summits.
    """
    with h5py.File(merged_h5) as file:
        stretch = int(file["chromolens"].attrs["offset"]) + int(file.attrs["window_size"]) // 2
    places = read_seqlets(merged_h5, "sequences")
    # a base's middle is half a base right of its start
    middle = (places["core_start"] + places["core_end"]).astype(float) / 2
    places["from_centre"] = middle - (stretch + 0.5)
    places["middle"] = middle
    if kind == "genome":
        windows = {name: Interval.parse(name) for name in places["window"].unique()}
        first = places["window"].map({name: window.start for name, window in windows.items()})
        places["chrom"] = places["window"].map({n: window.chrom for n, window in windows.items()})
        for column in ("start", "end", "middle"):
            places[column] += first
    columns = ["pattern", "window", "strand", "start", "end", "chrom", "middle", "from_centre"]
    return places[columns]


def from_tss(places: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Distance of each place to the nearest TSS, in its gene's direction: positive downstream.

    Parameters
    ----------
    places
        Columns chrom, middle, strand.
    genes
        Columns chrom, start, end, strand: the TSS is the first base, of "-" the last.

    Returns
    -------
    DataFrame
        ``distance`` (bp; NaN on chromosomes without genes) and ``along``: whether the motif
        reads in the gene's direction. Of equally near TSS the left one.
    """
    found = pd.DataFrame({"distance": np.nan, "along": False}, index=places.index)
    tss = np.where(genes["strand"] == "-", genes["end"] - 0.5, genes["start"] + 0.5)
    near = nearest_places(genes["chrom"], tss, places["chrom"], places["middle"])
    here, near = near >= 0, near[near >= 0]
    strands = genes["strand"].to_numpy()[near]
    direction = np.where(strands == "-", -1, 1)
    found.loc[here, "distance"] = (places["middle"].to_numpy()[here] - tss[near]) * direction
    found.loc[here, "along"] = places["strand"].to_numpy()[here] == strands
    return found
