"""Write and read tracks: bigWig files of one float32 per base, absent where nothing is known.

``genome.bigwig`` writes them. Equal values give equal bytes, however they are cut into pieces.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pyBigWig

from chromolens.errors import BadInput
from chromolens.genome.bigwig.writer import BigWigWriter
from chromolens.runlog import atomic, progress

BLOCK = 2**20

Piece = tuple[str, int, np.ndarray]
"""Chromosome, first base, and the values (n,) from there on, NaN where there is none."""


def write_bigwig(
    path: str | Path,
    sizes: Mapping[str, int],
    read: Callable[[str, int, int], np.ndarray],
    *,
    block: int = BLOCK,
) -> None:
    """Write the track ``path`` of values that cover most of a genome.

    Parameters
    ----------
    sizes
        Length of every chromosome, in the order of the file; also of those without values.
    read
        ``read(chrom, start, end)`` -> float (end - start,), NaN where there is no value.
    block
        Bases asked for at a time.
    """
    blocks = [
        (chrom, start, min(start + block, size))
        for chrom, size in sizes.items()
        for start in range(0, size, block)
    ]
    pieces = ((chrom, start, read(chrom, start, end)) for chrom, start, end in blocks)
    write_pieces(path, sizes, progress(pieces, total=len(blocks), what=Path(path).name))


def write_pieces(path: str | Path, sizes: Mapping[str, int], pieces: Iterable[Piece]) -> None:
    """Write the track ``path`` of ``pieces``, in the order of ``sizes`` and of the bases.

    What lies between them costs nothing. BadInput as ``BigWigWriter`` says, and where the disk is
    full; then there is no file.
    """
    with (
        atomic(path) as temporary,
        open(temporary, "wb") as file,
        BigWigWriter(file, sizes, temporary.parent) as writer,
    ):
        for chrom, start, values in pieces:
            writer.add(chrom, start, values)
        writer.finish()


def read_back(path: str | Path, chrom: str, start: int, end: int) -> np.ndarray:
    """Values float32 (end - start,) of a track, NaN where absent; BadInput if unreadable."""
    try:
        track = pyBigWig.open(str(path))
    except RuntimeError as error:
        raise BadInput("can't be read as bigWig", where=str(path)) from error
    try:
        size = track.chroms(chrom)
        if size is None or not 0 <= start < end <= size:
            raise BadInput(
                f"{chrom}:{start}-{end} is not in the track",
                expected=f"chromosomes {', '.join(track.chroms())}",
                where=str(path),
            )
        return track.values(chrom, start, end, numpy=True).astype(np.float32)
    finally:
        track.close()
