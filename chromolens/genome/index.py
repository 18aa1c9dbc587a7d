"""A FASTA's index held against the file, without reading all of it.

The name stands where the index says, the last base ends a record, and the records follow one
another from the first byte to the last: so lengths and places are those of this file.
"""

import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import BinaryIO

from chromolens import texts
from chromolens.errors import BadInput

_HEADER = 1 << 16  # bytes read back for a record's name
_BLOCK = 1 << 16  # bytes of a bgzip block, packed or not
_PAIR = struct.Struct("<QQ")

Read = Callable[[int, int], bytes]  # (offset, size) -> bytes of the unpacked file


@cache
def check_index(path: str, fai: str, gzi: str, changed: tuple[int, ...]) -> None:
    """BadInput unless ``fai`` (and ``gzi`` of a bgzipped file) are the index of ``path``.

    ``changed`` are times of the files: what was checked isn't checked again.
    """
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        block = lru_cache(maxsize=4)(partial(_unpack, file))
        read = partial(_read_bgzip, block, _blocks(gzi)) if packed else partial(_read, file)
        place = 0
        for number, line in texts.lines(fai, "an index"):
            place = _follows(read, line.split("\t"), place)
            if place < 0:
                raise _stale(path, f"{fai}, line {number}", f"{line.split(chr(9))[0]} isn't where")
        if read(place, 1):
            raise _stale(path, fai, f"{path} goes on behind the last record that")


def _follows(read: Read, row: list[str], place: int) -> int:
    """Where the record of ``row``, which begins at ``place``, and its line ends end; else -1."""
    try:
        name, (length, offset, bases, width) = row[0], map(int, row[1:5])
    except ValueError:
        return -1
    if not place < offset <= place + _HEADER or length < 0 or (length and bases < 1):
        return -1
    header = read(place, offset - place)
    words = header[1:].split()
    if header.count(b"\n") != 1 or header[:1] != b">" or words[:1] != [name.encode()]:
        return -1
    last = offset + (length - 1) // bases * width + (length - 1) % bases if length else offset - 1
    rest = read(last, 64) if length else b"." + read(offset, 64)
    ends = rest[1:].lstrip(b"\r\n")
    whole = rest[:1] not in b"\r\n" and ends[:1] in (b"", b">")
    return last + len(rest) - len(ends) if whole else -1


def _stale(path: str, where: str, what: str) -> BadInput:
    return BadInput(
        f"{what} the index says",
        expected=f"the index of {path} as it is now",
        where=where,
        remedy=f"remove the index, or write it again: samtools faidx {path}",
    )


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _blocks(gzi: str) -> list[tuple[int, int]]:
    """Where blocks begin: (packed, unpacked); the first isn't in the file."""
    content = Path(gzi).read_bytes() if Path(gzi).is_file() else b""
    pairs = content[8 : 8 + (len(content) - 8) // _PAIR.size * _PAIR.size]
    return [(0, 0), *_PAIR.iter_unpack(pairs)]


def _read_bgzip(block: Callable[[int], bytes], blocks: list, offset: int, size: int) -> bytes:
    number = bisect_right(blocks, offset, key=lambda pair: pair[1]) - 1
    first = offset - blocks[number][1]
    found = b"".join(block(packed) for packed, _ in blocks[number : number + 3])
    return found[first : first + size]


def _unpack(file: BinaryIO, place: int) -> bytes:
    """The block at byte ``place``; empty where there is none."""
    file.seek(place)
    try:
        return zlib.decompressobj(31).decompress(file.read(_BLOCK))
    except zlib.error:
        return b""
