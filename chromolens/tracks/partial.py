"""A file that survives the death of its job.

The job writes beside its target, under a fixed hidden name. Arrays are reserved when the file
is created, so that later writes touch nothing but their own bytes, and a counter is raised only
after the bytes it speaks of. A second job finds the file and goes on where the first one was,
if it was asked the same thing; its numbers are the same either way.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from chromolens.runlog import atomic

logger = logging.getLogger("chromolens")

_DIGEST = "job"


@contextmanager
def resumable(
    path: str | Path, digest: str, create: Callable[[h5py.File], None]
) -> Iterator[h5py.File]:
    """Give an open file that becomes ``path`` if the block ends well.

    Parameters
    ----------
    digest
        Names what is computed: a partial file with another digest is started again.
    create
        Lays out a new, empty file: all groups, attributes and arrays.
    """
    partial = partial_path(path)
    file = _reopened(partial, digest)
    if file is None:
        with atomic(partial) as temporary, h5py.File(temporary, "w") as new:
            create(new)
            new.attrs[_DIGEST] = digest
        file = h5py.File(partial, "r+")
    with file:
        yield file
    os.replace(partial, path)


def partial_path(path: str | Path) -> Path:
    """Where the unfinished ``path`` lies: beside it, hidden."""
    path = Path(path)
    return path.with_name(f".{path.name}.partial")


def record(file: h5py.File, counter: h5py.Dataset, index: int, value: int) -> None:
    """Flush what was written, and only then set ``counter[index]`` to ``value``."""
    file.flush()
    counter[index] = np.int64(value)
    file.flush()


def _reopened(partial: Path, digest: str) -> h5py.File | None:
    """The unfinished file of an earlier job that was asked the same, else None."""
    if not partial.exists():
        return None
    try:
        file = h5py.File(partial, "r+")
    except BlockingIOError:
        raise  # another job is writing it now
    except OSError as error:
        logger.warning("%s can't be continued (%s): starting again", partial, error)
        return None
    if file.attrs.get(_DIGEST) == digest:
        logger.info("continuing %s", partial)
        return file
    logger.info("%s was begun with other settings: starting again", partial)
    file.close()
    return None
