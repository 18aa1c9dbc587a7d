"""A study's folder over HTTP, for browsers on this machine: they read tracks in parts.

Python's own server sends whole files only; genome browsers ask for ranges of bytes.
"""

import os
import re
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class RangeHandler(SimpleHTTPRequestHandler):
    """Files of a folder, whole or one range of them."""

    def send_head(self) -> BinaryIO | None:
        """As in the base class; with a header ``Range``, 206 and the file at its first byte."""
        self.left = None
        asked, path = self.headers.get("Range"), self.translate_path(self.path)
        if asked is None or not os.path.isfile(path):
            return super().send_head()
        file = open(path, "rb")
        size = os.fstat(file.fileno()).st_size
        bounds = _bounds(asked, size)
        if bounds is None:
            file.close()
            self.send_error(416)
            return None
        first, last = bounds
        self.left = last - first + 1
        file.seek(first)
        self.send_response(206)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Length", str(self.left))
        self.end_headers()
        return file

    def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:
        """Send the range that was asked for, or all; a browser may have changed its mind."""
        with suppress(ConnectionError):
            if self.left is None:
                super().copyfile(source, outputfile)
                return
            while self.left and (block := source.read(min(self.left, 1 << 16))):
                outputfile.write(block)
                self.left -= len(block)

    def end_headers(self) -> None:
        """Say with each answer that ranges are understood."""
        self.send_header("Accept-Ranges", "bytes")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal quiet: a browser asks hundreds of times."""


def _bounds(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a header such as ``bytes=0-9`` or ``bytes=-9``, if there are any."""
    match = _RANGE.fullmatch(asked.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    return (start, end) if start <= end else None


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of ``folder`` for this machine alone; ``port`` 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(RangeHandler, directory=str(folder)))
