"""Where numba keeps what it compiled: one place for all jobs that may not write into packages.

modisco-lite, memelite and the search for subsets compile their kernels once and keep them beside
their code, so that all jobs of an environment share them. In a read-only environment (a container,
a module of a cluster) numba falls back on the home directory, which jobs on other machines may not
share, or may lack.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def share_kernels(package: str, folder: str | Path = "resources/numba") -> None:
    """Let numba keep the kernels of ``package`` in ``folder`` where it can't beside its code.

    To be called before ``package`` is imported. NUMBA_CACHE_DIR, where it is set, holds.
    """
    code = _code(package)
    if os.environ.get("NUMBA_CACHE_DIR") or os.access(code, os.W_OK):
        return
    from numba import config

    shared = Path(folder).resolve()
    shared.mkdir(parents=True, exist_ok=True)
    # children read the environment, this process has read it already
    os.environ["NUMBA_CACHE_DIR"] = config.CACHE_DIR = str(shared)


@contextmanager
def compiling(package: str) -> Iterator[None]:
    """Let one process at a time compile the kernels of ``package``: the next finds them done.

    Where a file can't be locked (some network file systems), each compiles for itself.
    """
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or _code(package))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / ".chromolens.lock", "w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError:
        yield
        return
    with lock:
        yield


def _code(package: str) -> Path:
    return Path(find_spec(package).origin).parent
