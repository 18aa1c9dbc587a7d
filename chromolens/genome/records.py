"""The records of a FASTA on their way into another file, and what each one is."""

import hashlib
from collections.abc import Container, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from chromolens.genome.scan import scan

_LINE = 80  # bases to a line


def copy_records(
    source: str | Path, out: BinaryIO | None = None, wanted: Container[str] | None = None
) -> Iterator[tuple[str, int, str]]:
    """Write records to ``out`` if there is one; yield name, length and md5 of every record.

    ``wanted`` names those that are written (None: all). Upper case, lines of equal width, names
    without descriptions. Errors as for ``scan.scan``; memory doesn't grow with the records.
    """
    record = None
    for piece in scan(source):
        if piece.name is not None:
            if record is not None:
                yield record.finish()
            keep = wanted is None or piece.name in wanted
            record = _Record(piece.name, out if keep else None)
        elif record is not None:
            record.add(piece.bases)
    if record is not None:
        yield record.finish()


class _Record:
    """One record: its md5 and length so far, and the bases of its unfinished line."""

    def __init__(self, name: str, out: BinaryIO | None):
        self._name, self._out = name, out
        self._md5, self._length, self._rest = hashlib.md5(usedforsecurity=False), 0, b""
        if out is not None:
            out.write(f">{name}\n".encode())

    def add(self, bases: bytes) -> None:
        self._md5.update(bases)
        self._length += len(bases)
        if self._out is not None:
            bases = self._rest + bases
            whole = len(bases) - len(bases) % _LINE
            self._rest = bases[whole:]
            self._out.write(_lines(bases[:whole]))

    def finish(self) -> tuple[str, int, str]:
        if self._rest:
            self._out.write(self._rest + b"\n")
        return self._name, self._length, self._md5.hexdigest()


def _lines(bases: bytes) -> bytes:
    """Whole lines with their ends (a matrix with a column of newlines)."""
    rows = np.frombuffer(bases, dtype=np.uint8).reshape(-1, _LINE)
    return np.pad(rows, ((0, 0), (0, 1)), constant_values=ord("\n")).tobytes()
