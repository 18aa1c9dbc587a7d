"""The work of a job, kept beside its target so that it survives the job's death.

A hidden journal takes each finished stretch: a line of JSON that says what it is, with the
CRC-32 of its numbers, and then these. A second job that is asked the same thing goes on behind
the last stretch that fits its digest; what doesn't fit (cut by a kill, or damaged) is thrown
away, said in the log, and computed again to the same bits. The target is laid out when all is
there, so its bytes don't show how often the job died.

The last bits of an answer hang on the batch's shape, so a file is made with one. Where memory is
short the journal is begun anew with half as many rows in a call; it says so, and a second job that
asks for the same batch as the first goes on with the half.
"""

import fcntl
import hashlib
import json
import logging
import os
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

import numpy as np

from chromolens.errors import BadInput
from chromolens.models.batching import BATCH_SIZE, halving
from chromolens.runlog import progress

Piece = TypeVar("Piece")
logger = logging.getLogger("chromolens")
_PATIENCE = 60
"""Seconds in which the job before, told to end, must end: schedulers mostly give it 30."""
_BLOCK = 5
"""Seconds that a block takes, about: schedulers wait longer between SIGTERM and SIGKILL (30)."""


class Pace:
    """Blocks of whole batches, as many of them as take about ``_BLOCK`` s, at most ``most`` rows.

    The first block is one batch; each is up to twice the one before. How a series is cut changes
    no bit of any answer.
    """

    def __init__(self, batch: int | None, most: int):
        self._batch = min(batch or BATCH_SIZE, most)
        self._size, self._most = self._batch, most // self._batch * self._batch

    def blocks(self, places: np.ndarray) -> Iterator[range]:
        """Row numbers of ``places``, int (n,) ascending, in runs; what is done with one is timed.

        The series that the places are of is cut at multiples of a block's size.
        """
        begin = 0
        while begin < len(places):
            edge = self._size * (int(places[begin]) // self._size + 1)
            end = int(np.searchsorted(places, edge))
            began = time.monotonic()
            yield range(begin, end)
            self._took(time.monotonic() - began)
            begin = end

    def _took(self, seconds: float) -> None:
        if seconds < _BLOCK / 2:
            self._size = min(2 * self._size, self._most)
        elif seconds > 2 * _BLOCK:
            self._size = max(self._size // 2 // self._batch, 1) * self._batch


class Stretch(NamedTuple):
    """Arrays of the bases, records or pieces [begin, end) of one ``part`` of a job."""

    part: int
    begin: int
    end: int
    arrays: Mapping[str, np.ndarray]


class Journal:
    """What is finished of a job; opened by ``journal``.

    ``rows`` is the number of rows in a call with which all of it was made, ``done`` holds the end
    of the last stretch of each part, ``runs`` what the job ran on, from its beginning.
    """

    def __init__(self, path: Path, file: BinaryIO, digest: str, asked: int):
        self._path, self._file = path, file
        self._job = {"job": digest, "asked": asked}
        self.rows, self.done, self.runs = asked, dict[int, int](), list[dict]()
        if not self._begun():
            self.begin(asked)

    def begin(self, rows: int) -> None:
        """Throw away what is there: the work begins with ``rows`` rows in a call."""
        self.rows, self.done, self.runs = rows, {}, []
        self._file.truncate(0)
        self._append(_line(self._job | {"rows": rows}))

    def runs_on(self, run: dict) -> None:
        """Note what the job runs on now."""
        if run not in self.runs:
            self._append(_line({"run": run}))
            self.runs.append(run)

    def add(self, stretch: Stretch) -> None:
        """Keep ``stretch``; it is on the disk when this returns."""
        content = b"".join(one.tobytes() for one in stretch.arrays.values())
        kinds = {key: (one.dtype.str, one.shape) for key, one in stretch.arrays.items()}
        about = {"stretch": stretch[:3], "arrays": kinds, "crc32": zlib.crc32(content)}
        self._append(_line(about) + content)
        self.done[stretch.part] = stretch.end

    def stretches(self) -> Iterator[Stretch]:
        """All of them, in the order in which they were finished."""
        self._file.seek(0)
        self._file.readline()
        for found in self._entries():
            if isinstance(found, Stretch):
                yield found

    def _append(self, content: bytes) -> None:
        self._file.seek(0, os.SEEK_END)
        self._file.write(content)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _begun(self) -> bool:
        """Whether the file is of this job; it then ends behind the last entry that fits."""
        path, size = self._path, os.fstat(self._file.fileno()).st_size
        known = _read(self._file.readline()) or {}
        if not self._job.items() <= known.items():
            if size:
                logger.warning("%s %s: starting again", path, self._why_not(known))
            return False
        self.rows = known["rows"]
        if self.rows < self._job["asked"]:
            logger.info("%d rows in a call, as before: memory was short with more", self.rows)
        good, kept = self._file.tell(), 0
        for found in self._entries():
            if isinstance(found, Stretch):
                self.done[found.part] = found.end
                kept += 1
            else:
                self.runs.append(found)
            good = self._file.tell()
        self._file.truncate(good)
        logger.info("continuing %s: %d stretches are there", path, kept)
        if good < size:
            logger.warning("%d bytes behind them are cut or damaged: thrown away", size - good)
        return True

    def _why_not(self, known: dict) -> str:
        if known.get("job") != self._job["job"]:
            return "is of another job, or damaged"
        return (
            f"was made for {known['asked']} rows in a call, {self._job['asked']} are asked for "
            "now, whose last bits differ"
        )

    def _entries(self) -> Iterator[Stretch | dict]:
        """Stretches and runs, up to the first that doesn't fit."""
        while known := _read(self._file.readline()):
            if "run" in known:
                yield known["run"]
                continue
            arrays = {
                key: (np.dtype(kind), shape) for key, (kind, shape) in known["arrays"].items()
            }
            size = sum(kind.itemsize * prod(shape) for kind, shape in arrays.values())
            content = self._file.read(size)
            if len(content) < size or zlib.crc32(content) != known["crc32"]:
                return
            yield Stretch(*known["stretch"], _arrays(content, arrays))


def _line(about: dict) -> bytes:
    text = json.dumps(about).encode() + b"\n"
    return b"%d " % zlib.crc32(text) + text


def _read(line: bytes) -> dict | None:
    """What ``_line`` wrote; None if it is cut or damaged."""
    crc, _, text = line.partition(b" ")
    return json.loads(text) if crc.isdigit() and int(crc) == zlib.crc32(text) else None


def _arrays(
    content: bytes, arrays: Mapping[str, tuple[np.dtype, list[int]]]
) -> dict[str, np.ndarray]:
    found, place = {}, 0
    for key, (kind, shape) in arrays.items():
        found[key] = np.frombuffer(content, kind, prod(shape), place).reshape(shape)
        place += found[key].nbytes
    return found


@contextmanager
def journal(path: str | Path, digest: str, asked: int) -> Iterator[Journal]:
    """The journal of the job that makes ``path``; taken away if the block ends well.

    ``digest`` names what is computed, ``asked`` how many rows in a call it is to be computed with:
    a journal that differs in one is started again. BadInput where another job goes on writing it.
    """
    partial = partial_path(path)
    partial.parent.mkdir(parents=True, exist_ok=True)
    with _locked(partial, of=path) as file:
        yield Journal(partial, file, digest, asked)
        partial.unlink()


def work_off(
    path: str | Path, digest: str, asked: int | None, run: dict, work: Callable[[Journal], None]
) -> None:
    """Have ``work`` make ``path`` by its journal, with as many rows in a call as memory holds.

    These are ``Journal.rows``: ``asked`` (``BATCH_SIZE`` if None), or what an earlier job was left
    with. ``run`` says what this job runs on.
    """
    with journal(path, digest, asked or BATCH_SIZE) as found:

        def attempt(rows: int) -> None:
            if rows < found.rows:
                found.begin(rows)
            found.runs_on(run | {"batch_size": rows})
            work(found)

        halving(attempt, found.rows)


class Pieces:
    """Work done piece by piece, all of it with as many rows in a call as memory holds.

    ``batch_size`` rows (``BATCH_SIZE`` if None) are tried first. Nothing of it is kept, unless
    ``pieces_kept`` made this.
    """

    def __init__(self, batch_size: int | None = None, kept: Journal | None = None):
        self._rows, self._kept = kept.rows if kept else batch_size or BATCH_SIZE, kept

    def each(
        self,
        pieces: Sequence[Piece],
        work: Callable[[Piece, int], Mapping[str, np.ndarray]],
        what: str,
    ) -> list[Mapping[str, np.ndarray]]:
        """What ``work`` makes of each piece with that many rows in a call.

        ``what`` the pieces are is shown. A file is made of one call of this.
        """

        def attempt(rows: int) -> list[Mapping[str, np.ndarray]]:
            found = self._earlier(rows)
            say_resumed(what, len(found), len(pieces))
            left = pieces[len(found) :]
            for piece in progress(left, total=len(pieces), what=what, before=len(found)):
                found.append(work(piece, rows))
                if self._kept:
                    self._kept.add(Stretch(0, len(found) - 1, len(found), found[-1]))
            return found

        return halving(attempt, self._rows)

    def _earlier(self, rows: int) -> list[Mapping[str, np.ndarray]]:
        if not self._kept:
            return []
        if rows < self._kept.rows:
            self._kept.begin(rows)
        return [one.arrays for one in self._kept.stretches()]


@contextmanager
def pieces_kept(path: str | Path, job: object, batch_size: int | None) -> Iterator[Pieces]:
    """``Pieces`` kept in the journal of ``path``, which the block writes.

    ``job`` says all that the answers hang on, in what JSON knows.
    """
    digest = hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()
    with journal(path, digest, batch_size or BATCH_SIZE) as found:
        yield Pieces(kept=found)


def _locked(path: Path, of: str | Path) -> BinaryIO:
    """The open journal ``path`` of a file, which no other job has locked any more."""
    while True:
        file = open(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")  # noqa: SIM115
        _wait_for_lock(file, of)
        if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
        file.close()  # the other has finished it, and taken it away


def _wait_for_lock(file: BinaryIO, path: str | Path) -> None:
    begun = time.monotonic()
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() - begun > _PATIENCE:
                raise BadInput(
                    "another job is making this file now",
                    where=str(path),
                    remedy="wait for it, or end it",
                ) from error
        except OSError:
            logger.info("no locks on this file system: two jobs for %s wouldn't be noticed", path)
            return
        logger.info("another job is making %s: waiting for its end", path)
        time.sleep(_PATIENCE / 6)


def say_resumed(what: str, done: int, total: int) -> None:
    """Tell the log how much of ``what`` an earlier job has done, if anything."""
    if done:
        logger.info("%s: resumed at %d %%", what, 100 * done // total)


def partial_path(path: str | Path) -> Path:
    """Where the journal of the unfinished ``path`` lies: beside it, hidden."""
    path = Path(path)
    return path.with_name(f".{path.name}.partial")
