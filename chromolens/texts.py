"""Text files as other systems write them, read where that can be done in one way only.

Plain, gzip or bgzip; UTF-8, or UTF-16 with a byte order mark; any line ends. What is something
else (another encoding, an archive, a binary file) is BadInput that says so.
"""

import codecs
import csv
import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from chromolens.errors import BadInput

_HEAD = 1 << 16  # bytes looked at before the first is handed on
_GZIP = b"\x1f\x8b"
# A bgzip file ends with this empty block (SAM specification 4.1.2); without it, it was cut off.
BGZIP_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_OTHERS = {
    b"PK\x03\x04": "a zip archive or a spreadsheet (.xlsx)",
    b"\xd0\xcf\x11\xe0": "a spreadsheet (.xls)",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"BAM\x01": "BAM",
    b"CRAM": "CRAM",
    b"\x26\xfc\x8f\x88": "bigWig",
    b"\xeb\xf2\x89\x87": "bigBed",
    b"\x43\x27\x41\x1a": "2bit",
    b"\x89HDF": "HDF5",
    b"%PDF": "PDF",
}


@contextmanager
def opened(path: str | Path, expected: str = "a text file") -> Iterator[BinaryIO]:
    """Give the content of a text file as bytes: unpacked, in UTF-8 without a mark.

    Line ends are ``\\n`` or ``\\r\\n``. ``expected`` says in messages what the file should be.
    BadInput where it can't be read, is cut off or damaged, or is another kind of file.
    """
    try:
        with open(path, "rb", buffering=_HEAD) as raw, _unpacked(path, raw) as stream:
            yield _recoded(path, stream, expected)
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or f"truncated or corrupt: {error}"
        raise BadInput(
            f"{path} can't be read: {reason}",
            expected=expected,
            where=str(path),
            remedy="fetch or write the file again" if Path(path).is_file() else "",
        ) from error


def lines(path: str | Path, expected: str = "a text file") -> Iterator[tuple[int, str]]:
    """Yield the number (from 1) and the text of each line, without its end.

    BadInput as for ``opened``, and at a line that isn't UTF-8; in comments (``#``) that is let
    pass.
    """
    with opened(path, expected) as stream:
        for number, line in enumerate(stream, 1):
            line = line.rstrip(b"\r\n")
            try:
                text = line.decode("utf-8", "replace" if line.startswith(b"#") else "strict")
            except UnicodeDecodeError as error:
                raise BadInput(
                    f"letters that aren't UTF-8, perhaps Latin-1: {line.decode('latin-1')[:60]!r}",
                    expected="UTF-8",
                    where=f"{path}, line {number}",
                    remedy="iconv --from LATIN1 --to UTF-8 FILE, or the encoding that it is in",
                ) from error
            yield number, text


def rows(path: str | Path, expected: str = "a table") -> list[tuple[int, list[str]]]:
    """Return the line number and the cells of each row of a table, without empty lines.

    Cells are divided by tabs, else by commas or semicolons, and may be quoted. Every row has as
    many cells as the first that is no comment (``#``); BadInput where one hasn't.
    """
    return [(number, row) for number, row, _ in _all_rows(path, expected)]


def uncommented(path: str | Path, expected: str = "a table") -> Iterator[tuple[int, list[str]]]:
    """Yield what ``rows`` returns, a line in memory at a time, without its comments.

    A line that begins with ``#`` and is as wide as the others is none: it names the columns.
    """
    for number, row, width in _all_rows(path, expected):
        if len(row) == width:
            yield number, row


def _all_rows(path: str | Path, expected: str) -> Iterator[tuple[int, list[str], int]]:
    """Yield line number, cells, and the number of cells of all rows but comments."""
    early: list[tuple[int, str]] = []  # comments before the first row
    sign, width = "", 0
    for number, text in lines(path, expected):
        if not text.strip():
            continue
        early.append((number, text))
        if not width and text.startswith("#"):
            continue
        sign = sign or divider(text)
        width = width or len(cells(text, sign, f"{path}, line {number}"))
        for line, own in early:
            yield line, _row(own, sign, width, f"{path}, line {line}"), width
        early = []
    for line, own in early:
        yield line, cells(own, divider(""), f"{path}, line {line}"), width


def _row(text: str, sign: str, width: int, where: str) -> list[str]:
    row = cells(text, sign, where)
    if row[0].startswith("#") and len(row) != width:
        return row
    if len(row) > width and not any(row[width:]):
        del row[width:]
    if len(row) != width:
        raise BadInput(f"{len(row)} cells", expected=f"{width}, as in the first row", where=where)
    return row


def divider(line: str) -> str:
    """What divides the cells of ``line``: tabs, else commas or semicolons."""
    return max("\t,;", key=lambda sign: (sign == "\t" and sign in line, line.count(sign)))


def cells(text: str, divider: str, where: str) -> list[str]:
    """The cells of one line; BadInput where a quote is not closed in it."""
    if '"' not in text:
        return text.split(divider)
    try:
        return next(csv.reader([text], delimiter=divider, strict=True))
    except csv.Error as error:
        raise BadInput(
            f"quoted cells that can't be told apart: {error}",
            expected="each quote closed in its line",
            where=where,
            remedy="write the table without quotes, divided by tabs",
        ) from error


@contextmanager
def _unpacked(path: str | Path, raw: BinaryIO) -> Iterator[BinaryIO]:
    head = raw.peek(16)
    if head[:2] != _GZIP:
        yield raw
        return
    if is_bgzip(head):
        _check_bgzip_end(path, raw)
    with gzip.open(raw) as stream:
        yield io.BufferedReader(stream, _HEAD)


def is_bgzip(head: bytes) -> bool:
    """Whether a file that begins with ``head`` (16 bytes or more) is bgzip, not only gzip."""
    return head[:2] == _GZIP and head[12:16] == b"BC\x02\x00"


def _check_bgzip_end(path: str | Path, raw: BinaryIO) -> None:
    """A bgzip file cut between two blocks reads as a whole gzip file; its end mark tells."""
    size = raw.seek(0, os.SEEK_END)
    raw.seek(max(0, size - len(BGZIP_END)))
    if raw.read() != BGZIP_END:
        raise BadInput(
            f"{path} is truncated: bgzip's end mark is missing",
            where=f"{path}, its last {len(BGZIP_END)} bytes",
            remedy="fetch or compress the file again",
        )
    raw.seek(0)


def _recoded(path: str | Path, stream: BinaryIO, expected: str) -> BinaryIO:
    head = stream.peek(_HEAD)
    if head.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return io.BufferedReader(_Recoded(stream, "utf-16", "utf-8"))
    else:
        kind = next((kind for start, kind in _OTHERS.items() if head.startswith(start)), "")
        if kind or b"\0" in head:
            raise BadInput(
                f"{path} is {kind or 'no text, or UTF-16 without a byte order mark'}",
                expected=expected,
                where=str(path),
                remedy="write it as plain text in UTF-8; gzip is understood",
            )
    # the line ends of old Macs; every byte is a letter of Latin-1
    if re.search(rb"\r[^\n]", head):
        return io.BufferedReader(_Recoded(stream, "latin-1", "latin-1"))
    return stream


class _Recoded(io.RawIOBase):
    """The text of ``stream`` in another encoding, with ``\\n`` as its line ends."""

    def __init__(self, stream: BinaryIO, encoding: str, wanted: str):
        self._text = io.TextIOWrapper(stream, encoding=encoding, newline=None)
        self._wanted, self._rest = wanted, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:
        if not self._rest:
            self._rest = self._text.read(_HEAD).encode(self._wanted)
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)
