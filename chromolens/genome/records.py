"""The records of a FASTA: read from front to back, and on their way into another file.

Any DNA FASTA in little memory, and where it is damaged: as ``texts`` opens files, upper or lower
case, any line width.
"""

import hashlib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

import numpy as np

from chromolens import texts
from chromolens.errors import BadInput

BLOCK = 1 << 22  # bytes in memory at a time; also the longest header line
_LETTERS = b"ACGTRYSWKMBDHVNXacgtryswkmbdhvnx"
_SPACE = b"\r\n\t "
_UPPER = bytes(range(256)).upper()


@dataclass(frozen=True)
class Piece:
    """Part of a record: ``name`` where one begins, else ``bases`` (upper case) of the current.

    ``plain`` says that the file has these bases as they are, in lines that end with ``\\n``.
    """

    line: int
    name: str | None = None
    bases: bytes = b""
    plain: bool = True


class Record(NamedTuple):
    """A record that was read: its name, length (bp), md5 of its bases, and whether it is plain."""

    name: str
    length: int
    md5: str
    plain: bool


def scan(path: str | Path) -> Iterator[Piece]:
    """Yield the pieces of the FASTA ``path`` in order; memory doesn't grow with the file.

    Raises BadInput, with the line, for a truncated or corrupt file, text that isn't FASTA,
    letters that aren't IUPAC DNA codes, records without a name or a sequence, names used twice.
    """
    names: dict[str, int] = {}
    empty = None
    with texts.opened(path, "a FASTA file, plain, gzip or bgzip") as stream:
        for piece in _pieces(path, stream):
            if piece.name is not None:
                _check_header(path, piece, names, empty)
                names[piece.name] = piece.line
                empty = piece
            elif piece.bases:
                if not names:
                    _not_fasta(path, piece.line)
                empty = None
            yield piece
    if not names:
        _not_fasta(path, 1)
    if empty is not None:
        _empty_record(path, empty)


def _pieces(path: str | Path, stream: BinaryIO) -> Iterator[Piece]:
    line, fresh = 1, True
    for block in _blocks(stream):
        place = 0
        while place < len(block):
            is_header = fresh and block[place] == ord(">")
            if is_header:
                end = block.find(b"\n", place) + 1 or len(block)
                yield Piece(line, name=_name(path, block[place + 1 : end], line))
            else:
                end = block.find(b"\n>", place) + 1 or len(block)
                text = block[place:end]
                yield Piece(line, bases=_bases(path, text, line), plain=_is_plain(text))
            line += block.count(b"\n", place, end)
            fresh = block[end - 1] == ord("\n")
            place = end


def _name(path: str | Path, header: bytes, line: int) -> str:
    """The first word of a header."""
    try:
        return (header.split() or [b""])[0].decode()
    except UnicodeDecodeError as error:
        raise BadInput(
            f"a name of letters that are not UTF-8: {header[:60].decode('latin-1')!r}",
            where=f"{path}, line {line}",
            remedy="rename the sequence; what follows the first space may be anything",
        ) from error


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Blocks that end with a line, unless a line is longer than a block."""
    while block := stream.read(BLOCK) + stream.readline(BLOCK):
        yield block


def _bases(path: str | Path, block: bytes, line: int) -> bytes:
    wrong = block.translate(None, _LETTERS + _SPACE)
    if wrong:
        line += block.count(b"\n", 0, block.index(wrong[:1]))
        raise BadInput(
            f"{chr(wrong[0])!r} is not a DNA letter",
            expected="A, C, G, T, N or another IUPAC code, in either case",
            where=f"{path}, line {line}",
            remedy="give the genome as DNA FASTA (RNA: write T for U; alignments: remove gaps)",
        )
    return block.translate(_UPPER, _SPACE)


def _is_plain(block: bytes) -> bool:
    return block.isupper() and not any(space in block for space in (b"\r", b"\t", b" "))


def _check_header(
    path: str | Path, piece: Piece, names: dict[str, int], empty: Piece | None
) -> None:
    where = f"{path}, line {piece.line}"
    if empty is not None:
        _empty_record(path, empty)
    if not piece.name:
        raise BadInput("a sequence without a name", expected="'>name'", where=where)
    if piece.name in names:
        raise BadInput(
            f"two sequences are called {piece.name!r} (the name ends at the first space)",
            where=f"{where}; the first is in line {names[piece.name]}",
            remedy="rename or remove one",
        )


def _not_fasta(path: str | Path, line: int) -> None:
    raise BadInput(
        f"{path} is not FASTA: no header before the first sequence",
        expected="a first line such as '>chr1'",
        where=f"{path}, line {line}",
    )


def _empty_record(path: str | Path, piece: Piece) -> None:
    raise BadInput(
        f"the sequence {piece.name!r} is empty",
        where=f"{path}, line {piece.line}",
        remedy="remove its header, or fetch the file again if it should have a sequence",
    )


_LINE = 80  # bases to a line


class Output(Protocol):
    """What records are written to."""

    def write(self, data: bytes, /) -> object:
        """Add ``data``."""


def copy_records(
    source: str | Path, out: Output | None = None, wanted: Container[str] | None = None
) -> Iterator[Record]:
    """Write records to ``out`` if there is one; yield every record.

    ``wanted`` names those that are written (None: all). Upper case, lines of equal width, names
    without descriptions. Errors as for ``scan.scan``; memory doesn't grow with the records.
    """
    record = None
    for piece in scan(source):
        if piece.name is not None:
            if record is not None:
                yield record.finish()
            keep = wanted is None or piece.name in wanted
            record = _Copy(piece.name, out if keep else None)
        elif record is not None:
            record.add(piece)
    if record is not None:
        yield record.finish()


class _Copy:
    """A record on its way: its md5 and length so far, and the bases of its unfinished line."""

    def __init__(self, name: str, out: Output | None):
        self._name, self._out = name, out
        self._md5, self._length, self._rest = hashlib.md5(usedforsecurity=False), 0, b""
        self._plain = True
        if out is not None:
            out.write(f">{name}\n".encode())

    def add(self, piece: Piece) -> None:
        bases = piece.bases
        self._plain &= piece.plain
        self._md5.update(bases)
        self._length += len(bases)
        if self._out is not None:
            bases = self._rest + bases
            whole = len(bases) - len(bases) % _LINE
            self._rest = bases[whole:]
            self._out.write(_lines(bases[:whole]))

    def finish(self) -> Record:
        if self._rest:
            self._out.write(self._rest + b"\n")
        return Record(self._name, self._length, self._md5.hexdigest(), self._plain)


def _lines(bases: bytes) -> bytes:
    """Whole lines with their ends (a matrix with a column of newlines)."""
    rows = np.frombuffer(bases, dtype=np.uint8).reshape(-1, _LINE)
    return np.pad(rows, ((0, 0), (0, 1)), constant_values=ord("\n")).tobytes()
