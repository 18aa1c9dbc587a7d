"""Others' files, read once in a process of their own: damage may end their readers, or never end.

Here that hurts nobody: whoever gets through there can read the file anywhere.
"""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from chromolens.errors import BadInput

_SLOWEST = 1e6  # bytes a second that are read at least, after a minute


def read_apart(reader: str, path: str | Path, what: str) -> str:
    """BadInput unless ``reader``, a file of Python, gets through ``path``, which is a ``what``.

    It is called with ``read PATH``; what it prints is returned. What was read is not read again.
    """
    return _read(reader, os.path.realpath(path), Path(path).stat().st_mtime_ns, what)


@cache
def _read(reader: str, path: str, changed: int, what: str) -> str:
    command = [sys.executable, "-P", reader, "read", path]
    patience = 60 + os.path.getsize(path) / _SLOWEST
    said = ""
    try:
        done = subprocess.run(command, capture_output=True, timeout=patience, text=True)
        ended, said = str(done.returncode), done.stdout
    except subprocess.TimeoutExpired:
        ended = f"no answer for {patience:.0f} s"
    if ended != "0":
        raise BadInput(
            f"this {what} can't be read: its reader ended with {ended}",
            where=path,
            remedy="it is damaged: copy or download it again",
        )
    return said
