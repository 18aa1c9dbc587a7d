"""Writing bgzip with several threads (pysam's writer has one): blocks are packed side by side."""

import struct
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from chromolens.texts import BGZIP_END

_BLOCK = 0xFF00  # bytes of a block before it is packed, as htslib cuts them
_HEADER = struct.Struct("<12s4sH")  # a gzip header, and the length of its block less one
_GZIP = bytes.fromhex("1f8b08040000000000ff0600")
_EXTRA = b"BC\x02\x00"
_TOGETHER = 64 * _BLOCK  # bytes that a thread packs at a time
_LEVEL = 1  # of zlib: many times as fast as the default and an eighth larger, for DNA


class BgzipWriter:
    """The file ``path`` in bgzip (SAM specification 4.1); use ``with``.

    The same bytes whatever the number of ``threads`` and the pieces that are written.
    """

    def __init__(self, path: str | Path, threads: int = 1):
        self._file = open(path, "wb")  # noqa: SIM115
        self._pool = ThreadPoolExecutor(threads)
        self._most = 2 * threads
        self._packed: deque[Future[bytes]] = deque()
        self._rest = bytearray()

    def __enter__(self) -> "BgzipWriter":
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        try:
            if kind is None:
                self._pack(bytes(self._rest))
                self._drain(0)
                self._file.write(BGZIP_END)
        finally:
            self._pool.shutdown(cancel_futures=True)
            self._file.close()

    def write(self, data: bytes) -> None:
        """Add ``data``; what is packed goes into the file in order."""
        self._rest += data
        while len(self._rest) >= _TOGETHER:
            self._pack(bytes(self._rest[:_TOGETHER]))
            del self._rest[:_TOGETHER]
            self._drain(self._most)

    def _pack(self, data: bytes) -> None:
        self._packed.append(self._pool.submit(_blocks, data))

    def _drain(self, left: int) -> None:
        while len(self._packed) > left:
            self._file.write(self._packed.popleft().result())


def _blocks(data: bytes) -> bytes:
    parts = [data[start : start + _BLOCK] for start in range(0, len(data), _BLOCK)]
    return b"".join(map(_block, parts))


def _block(data: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(data) + packer.flush()
    end = struct.pack("<II", zlib.crc32(data), len(data))
    size = _HEADER.size + len(body) + len(end)
    return _HEADER.pack(_GZIP, _EXTRA, size - 1) + body + end
