"""Write and read tracks: bigWig files of one float32 per base, absent where nothing is known.

pyBigWig writes NaN and infinities without complaint and later dies of them, so runs of finite
values are split here. The writer asks for values on a fixed grid of blocks: memory is a block's,
and equal values give equal bytes, wherever the values come from.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyBigWig

from chromolens.errors import BadInput
from chromolens.runlog import atomic, progress

BLOCK = 2**20


def write_bigwig(
    path: str | Path,
    sizes: Mapping[str, int],
    read: Callable[[str, int, int], np.ndarray],
    *,
    block: int = BLOCK,
) -> None:
    """Write the track ``path``.

    Parameters
    ----------
    sizes
        Length of every chromosome, in the order of the file; also of those without values.
    read
        ``read(chrom, start, end)`` -> float (end - start,), NaN where there is no value.
    block
        Bases asked for at a time.
    """
    blocks = list(_blocks(sizes, block))
    with atomic(path) as temporary:
        track = pyBigWig.open(str(temporary), "w")
        track.addHeader(list(sizes.items()))
        for chrom, start, end in progress(blocks, total=len(blocks), what=Path(path).name):
            _add(track, chrom, start, np.asarray(read(chrom, start, end), dtype=np.float32))
        track.close()


def _blocks(sizes: Mapping[str, int], block: int) -> Iterator[tuple[str, int, int]]:
    for chrom, size in sizes.items():
        for start in range(0, size, block):
            yield chrom, start, min(start + block, size)


def _add(track: "pyBigWig.bigWigFile", chrom: str, offset: int, values: np.ndarray) -> None:
    if np.isinf(values).any():
        place = offset + int(np.isinf(values).argmax())
        raise BadInput("an infinite value can't stand in a track", where=f"{chrom}:{place}")
    for start, end in finite_runs(values):
        track.addEntries(chrom, offset + start, values=values[start:end], span=1, step=1)


def finite_runs(values: np.ndarray) -> list[tuple[int, int]]:
    """(start, end) of each maximal stretch of ``values`` without NaN, ascending."""
    known = np.concatenate([[False], ~np.isnan(values), [False]])
    edges = np.flatnonzero(known[1:] != known[:-1])
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


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
