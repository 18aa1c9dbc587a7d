"""What may end the interpreter, in a process of its own: writing bigWigs, and reading others'.

    python bigwig_process.py write PATH < frames      python bigwig_process.py read PATH

pyBigWig doesn't notice a full disk (it ends the interpreter, never ends, or calls half a track a
whole one), and dies of damaged files. Here that hurts nobody: the process ends well only where the
file is whole. It is run as a file, so that it needs nothing of this package on any path.
"""

import json
import os
import signal
import sys
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

if TYPE_CHECKING:
    import pyBigWig

_BLOCK = 2**20
_RECORDS = 500  # of each zoom level at either end of each chromosome


def finite_runs(values: np.ndarray) -> list[tuple[int, int]]:
    """(start, end) of each maximal stretch of ``values`` without NaN, ascending."""
    known = np.concatenate([[False], ~np.isnan(values), [False]])
    edges = np.flatnonzero(known[1:] != known[:-1])
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def write(path: str, source: BinaryIO) -> None:
    """Write ``path`` from ``source``, and read it back; SystemExit in words if it differs.

    ``source`` holds a line of JSON, pairs (chromosome, length); for each stretch a line ``[chrom,
    start, count]`` and ``count`` float32, NaN where there is no value; then the line ``end``.
    """
    import pyBigWig

    sizes = [(chrom, length) for chrom, length in json.loads(source.readline())]
    written, covered = [], 0
    track = pyBigWig.open(path, "w")
    track.addHeader(sizes)
    while (line := source.readline()) != b"end\n":
        if not line:  # its writer was killed: nobody will ever rename the file
            os.unlink(path)
            signal.raise_signal(signal.SIGKILL)
        chrom, offset, count = json.loads(line)
        values = np.frombuffer(source.read(4 * count), dtype=np.float32)
        for start, end in finite_runs(values):
            track.addEntries(chrom, offset + start, values=values[start:end], span=1, step=1)
            covered += end - start
        written.append((chrom, offset, count, _digest(values)))
    track.close()
    _compare(path, sizes, written, covered)


def _digest(values: np.ndarray) -> int:
    return zlib.crc32(np.where(np.isnan(values), np.float32(np.nan), values).tobytes())


def _compare(path: str, sizes: list, written: list[tuple], covered: int) -> None:
    import pyBigWig

    track = pyBigWig.open(path)
    if list(track.chroms().items()) != sizes:
        sys.exit("its chromosomes are not what was written")
    if track.header()["nBasesCovered"] != covered:
        sys.exit(f"{track.header()['nBasesCovered']} of {covered} values are in the file")
    for chrom, start, count, digest in written if covered else ():  # pyBigWig reads no empty file
        if _digest(track.values(chrom, start, start + count, numpy=True)) != digest:
            sys.exit(f"{chrom}:{start}-{start + count} reads back as other values")
    _compare_zooms(path, track, covered)


def _compare_zooms(path: str, track: "pyBigWig.bigWigFile", covered: int) -> None:
    """The records of each zoom level at the ends of each chromosome, counted from the values."""
    import pybigtools

    file = pybigtools.open(path)
    if covered and len(file.zooms()) != track.header()["nLevels"]:
        sys.exit(f"{len(file.zooms())} of {track.header()['nLevels']} zoom levels are in the file")
    for level in file.zooms():
        for chrom, low, high in _ends(track.chroms(), level * _RECORDS):
            known = ~np.isnan(track.values(chrom, low, high, numpy=True))
            counts = [
                (found["bases_covered"], known[start - low : end - low].sum())
                for start, end, found in file.zoom_records(level, chrom, low, high)
                if low <= start and end <= high
            ]
            if any(one != other for one, other in counts) or known.any() > bool(counts):
                sys.exit(f"zoom level {level} is wrong at {chrom}:{low}-{high}")


def _ends(sizes: dict[str, int], reach: int) -> Iterator[tuple[str, int, int]]:
    for chrom, size in sizes.items():
        yield chrom, 0, min(size, reach)
        if size > reach:
            yield chrom, max(size - reach, reach), size


def read(path: str) -> None:
    """Read all of ``path``; whoever gets through can read any part of it."""
    import pyBigWig

    track = pyBigWig.open(path)
    for chrom, size in (track.chroms() or {}).items():
        for start in range(0, size, _BLOCK):
            track.values(chrom, start, min(start + _BLOCK, size), numpy=True)


if __name__ == "__main__":
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # a limit on file sizes ends it like a full disk
    if sys.argv[1] == "write":
        write(sys.argv[2], sys.stdin.buffer)
    else:
        read(sys.argv[2])
