"""Reading others' bigWigs in a process of its own: pyBigWig dies of damaged files.

    python bigwig_process.py read PATH

Here that hurts nobody: the process ends well only where the file is whole. It is run as a file, so
that it needs nothing of this package on any path.
"""

import sys

_BLOCK = 2**20


def read(path: str) -> None:
    """Read all of ``path``; whoever gets through can read any part of it."""
    import pyBigWig

    track = pyBigWig.open(path)
    for chrom, size in (track.chroms() or {}).items():
        for start in range(0, size, _BLOCK):
            track.values(chrom, start, min(start + _BLOCK, size), numpy=True)


if __name__ == "__main__":
    read(sys.argv[2])
