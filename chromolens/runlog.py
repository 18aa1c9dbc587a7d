"""What every job does around its work: log, show progress, write files whole."""

import errno
import logging
import os
import re
import shutil
import sys
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from chromolens.errors import BadInput

logger = logging.getLogger("chromolens")


def log_to(path: str) -> None:
    """Send messages, and an uncaught error's last words, to ``path`` as well as to stderr."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    handlers = [logging.FileHandler(path, mode="w"), logging.StreamHandler(sys.stderr)]
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers, force=True
    )
    sys.excepthook = _log_uncaught


def _log_uncaught(kind: type, error: BaseException, trace: object) -> None:
    """A user's mistake needs its message alone; ours need the place too."""
    known = error if isinstance(error, BadInput) else no_space(error)
    logger.error(
        "%s: %s",
        type(known).__name__ if known else kind.__name__,
        known or error,
        exc_info=None if known else (kind, error, trace),
    )


def no_space(error: BaseException, path: str | Path = "") -> BadInput | None:
    """What to tell the user where ``error`` says that a disk is full; None for other errors.

    HDF5 gives the number of the error in its text only.
    """
    full = (errno.ENOSPC, errno.EDQUOT)
    said = isinstance(error, OSError) and re.search(r"errno = (\d+)", str(error))
    if not isinstance(error, OSError) or not (
        error.errno in full or (said and int(said[1]) in full)
    ):
        return None
    return BadInput(
        "the disk is full: the file could not be written",
        where=str(path or error.filename or "a file of this job"),
        remedy="free some space and run the same command again: what is finished is kept",
    )


def progress(items: Iterable, *, total: int | None = None, what: str = "") -> Iterator:
    """Pass ``items`` on, showing a bar with the time left on stderr (a line a minute in files)."""
    interval = 0.5 if sys.stderr.isatty() else 60
    return iter(tqdm(items, total=total, desc=what, mininterval=interval, dynamic_ncols=True))


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside ``path`` and rename it there if the block ends well.

    The temporary name ends like ``path`` (libraries look at endings) and is unlike any other
    job's, so that two copies of a job can't write into one file. BadInput where the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid.uuid4().hex[:8]}.{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if known := no_space(error, path):
            raise known from error
        raise
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)
