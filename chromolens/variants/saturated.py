"""Effects of every substitution as tracks, one for each base."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from chromolens.tracks.bigwig import Piece, write_pieces


def write_tracks(
    scored: pd.DataFrame, sizes: Mapping[str, int], task: str, paths: Mapping[str, str]
) -> None:
    """A bigWig for each base of ``paths``: the effect of putting it there.

    ``scored`` is ``SATURATED`` of all blocks; where the genome has the base there is no value.
    """
    own = scored[scored["task"] == task]
    for base, path in paths.items():
        write_pieces(path, sizes, _pieces(own, sizes, base))


def _pieces(own: pd.DataFrame, sizes: Mapping[str, int], base: str) -> Iterator[Piece]:
    for chrom in sizes:
        rows = own[own["chrom"] == chrom].sort_values("start")
        starts, values = rows["start"].to_numpy(), rows[base].to_numpy(np.float32)
        breaks = np.flatnonzero(np.diff(starts) > 1) + 1
        for at, part in zip(np.split(starts, breaks), np.split(values, breaks), strict=True):
            if len(at):
                yield chrom, int(at[0]), part
