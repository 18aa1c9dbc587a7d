"""What every job does around its work: log, show progress, write files whole."""

import errno
import fcntl
import gc
import glob
import json
import logging
import os
import platform
import re
import shutil
import signal
import sys
import time
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from tqdm import tqdm

from chromolens.errors import BadInput

logger = logging.getLogger("chromolens")
CONSOLE = "CHROMOLENS_CONSOLE"
"""Environment variable: what jobs say on the console, beside their logs.

``calm``: nothing, as somebody shows the logs of failed ones; ``verbose``: all; else: the message
of a failed one.
"""
CALM, VERBOSE = "calm", "verbose"
UNDERWAY = ".now"
"""What the name of a job's log is followed by for the file that says how far the job is."""
_NOTED = 5  # seconds between two of its states
_LOWER = (
    "lower attribution.batch_size or training.batch_size, run fewer jobs at once (--cores), or "
    "allow the jobs more memory (mem_mb)"
)
_NODE = f"{zlib.crc32(platform.node().encode()):08x}"
_DAY = 24 * 60 * 60
_console: IO[str] | None = None  # of a job whose stderr is its log
_loops = 0  # of ``progress`` that are at work
_told = False  # by SIGTERM, during one of them


class Terminated(BaseException):
    """The process was told to end (SIGTERM): a time limit, a preemption, scancel, kill."""


def into_log() -> None:
    """Let a job's log have all that its process says from here on; the console stays calm.

    Descriptors are turned, not Python's streams: TensorFlow and CUDA write past those. Outside of
    the workflow's jobs, and where ``CONSOLE`` is verbose, nothing is changed.
    """
    global _console
    log = _log_of_job()
    if log:
        # a script's imports make no garbage: looking for it takes a fifth of TensorFlow's start
        gc.disable()
    if not log or os.environ.get(CONSOLE) == VERBOSE:
        return
    if os.environ.get(CONSOLE) != CALM:
        _console = os.fdopen(os.dup(2), "w")
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o666)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.close(file)


def in_job() -> bool:
    """Whether this process is a job of the workflow."""
    return bool(_log_of_job())


def _log_of_job() -> str:
    """The log of the job that this process is: Snakemake tells its scripts; else empty."""
    job = getattr(sys.modules["__main__"], "snakemake", None)
    return next(iter(getattr(job, "log", [])), "")


def log_to(path: str) -> None:
    """Send messages, and an uncaught error's last words, to stderr and to ``path``.

    Where stderr is ``path`` already (``into_log``), once.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    handlers[0].setFormatter(logging.Formatter(f"%(asctime)s {_name_of_job()}%(message)s"))
    if not _is_stderr(path):
        handlers.append(logging.FileHandler(path, mode="w"))
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(message)s", handlers=handlers, force=True
    )
    sys.excepthook = _log_uncaught
    if in_job():
        gc.freeze()
        gc.enable()
        signal.signal(signal.SIGTERM, _end_when_told)
        os.register_at_fork(after_in_child=_end_at_once)
    logger.info("the work begins")  # a script's imports are over


def _end_when_told(*_: object) -> None:
    """Behind the item of ``progress`` that is at work, as the next would be lost; else now."""
    global _told
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # SLURM says it twice
    _told = True
    if not _loops:
        _end_if_told()


def _end_if_told() -> None:
    if _told:
        raise Terminated("told to end (SIGTERM), mostly at a time limit: what is finished is kept")


def _end_at_once() -> None:
    """Of processes forked by a job, which ends them by SIGTERM itself."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _is_stderr(path: str) -> bool:
    return os.path.exists(path) and os.path.samestat(os.stat(path), os.fstat(2))


def _name_of_job() -> str:
    """Which of several jobs on one console speaks: its rule and wildcards; else empty."""
    job = getattr(sys.modules["__main__"], "snakemake", None)
    return (
        f"{job_name(job.rule, job.wildcards)}: "
        if job and os.environ.get(CONSOLE) == VERBOSE
        else ""
    )


def job_name(rule: str, wildcards: Mapping[str, str]) -> str:
    """A job as people call it: its rule, and its wildcards but the study."""
    return " ".join([rule, *(str(part) for name, part in wildcards.items() if name != "study")])


def _log_uncaught(kind: type, error: BaseException, trace: object) -> None:
    """A user's mistake needs its message alone; ours need the place too."""
    told = isinstance(error, BadInput | Terminated)
    known = error if told else no_space(error) or no_memory(error)
    said = f"{type(known).__name__ if known else kind.__name__}: {known or error}"
    logger.error("%s", said, exc_info=None if known else (kind, error, trace))
    if _console:
        print(said, file=_console, flush=True)


def message_alone(record: logging.LogRecord) -> bool:
    """A filter of Snakemake's log: a user's mistake needs its message, not where it was found."""
    if getattr(record, "exception", "") == "BadInput":
        _, *lines = record.getMessage().splitlines()
        record.msg = "\n".join(line for line in lines if not line.startswith('  File "'))
        record.msg = f"\nBadInput: {record.msg}"
        record.args = ()
        record.levelname = "BADINPUT"  # Snakemake's red goes by the name
    return True


def one_table(dry: bool) -> Callable[[logging.LogRecord], bool]:
    """A filter of Snakemake's log: a dry run tells its jobs' numbers twice, the last one stays."""
    tables = []

    def keep(record: logging.LogRecord) -> bool:
        if dry and hasattr(record, "stats"):
            tables.append(record)
            return len(tables) > 1
        return True

    return keep


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


def no_memory(error: BaseException) -> BadInput | None:
    """What to tell the user where ``error`` says that memory is short; None for other errors."""
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return BadInput(f"out of memory: {str(error)[:300]}", remedy=_LOWER)
    return None


def ended_by_signal(logs: Iterable[str | Path]) -> str:
    """What to tell the user of jobs that a signal ended, read from Snakemake's logs; else empty.

    Python never sees these ends: the kernel's, or a library's (``std::bad_alloc``).
    """
    text = "\n".join(Path(log).read_text(errors="replace") for log in logs)
    numbers = {int(code) - 128 for code in re.findall(r"exit status (1[3-5]\d)\b", text)}
    numbers |= {int(code) for code in re.findall(r"died with <Signals\.\w+: (\d+)>", text)}
    fatal = sorted(signal.Signals(one).name for one in numbers & {4, 6, 7, 9, 11})
    words = f"a job was ended by {', '.join(fatal)}: mostly memory ran out"
    return f"{words}\n  what to do: {_LOWER}\n" if fatal else ""


def progress(
    items: Iterable,
    *,
    total: int | None = None,
    what: str = "",
    before: int = 0,
    weigh: Callable[[Any], int] | None = None,
) -> Iterator:
    """Pass ``items`` on, showing a bar with the time left on stderr (a line a minute in files).

    A job of the workflow also keeps beside its log how far it is (``underway``), and where it is
    told to end (SIGTERM) it does so behind the item that is at work: ``Terminated``.

    Parameters
    ----------
    total
        What all items count; by default their number.
    before
        What was done by an earlier process, in the same units.
    weigh
        What an item counts; by default 1.
    """
    interval = 0.5 if sys.stderr.isatty() else 60
    said = f"{_name_of_job()}{what}"
    bar = tqdm(
        items, desc=said, total=total, initial=before, mininterval=interval, dynamic_ncols=True
    )
    log = _log_of_job()
    passed = _counted(bar, weigh)
    return _noted(passed, bar, Path(log + UNDERWAY), what) if log else passed


def _counted(bar: tqdm, weigh: Callable[[Any], int] | None) -> Iterator:
    """Pass on the items of ``bar``, and count them there once they are done."""
    global _loops
    _loops += 1
    try:
        with bar:
            for item in bar.iterable:
                _end_if_told()  # behind the last item what is left is mostly writing
                yield item
                bar.update(weigh(item) if weigh else 1)
    finally:
        _loops -= 1


def _noted(items: Iterator, bar: tqdm, note: Path, what: str) -> Iterator:
    """Pass on ``items``; ``note`` says how far ``bar`` is, every few seconds, until it ends."""
    began, before, written = time.time(), bar.n, 0.0
    try:
        for item in items:
            if time.time() - written > _NOTED:
                written = time.time()
                known = {"what": what, "done": bar.n, "total": bar.total}
                known |= {"before": before, "began": began, "node": platform.node()}
                with (
                    suppress(OSError, BadInput),
                    atomic(note) as temporary,
                ):  # the work goes on without
                    temporary.write_text(json.dumps(known))
            yield item
    finally:
        note.unlink(missing_ok=True)


def underway(log: str | Path) -> dict | None:
    """How far the job with this ``log`` is, or None where it doesn't say.

    Keys what, done, before (done by an earlier process), total (None: unknown), began, written
    (seconds since 1970), node.
    """
    note = Path(f"{log}{UNDERWAY}")
    try:
        return json.loads(note.read_text()) | {"written": note.stat().st_mtime}
    except (OSError, ValueError):
        return None


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside ``path`` and rename it there if the block ends well.

    The temporary name ends like ``path`` (libraries look at endings) and is unlike any other
    job's, so that two copies of a job can't write into one file. What killed writers of ``path``
    left is taken away. BadInput where the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    temporary = path.with_name(f".{_NODE}.{os.getpid()}.{uuid.uuid4().hex[:4]}.{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        if known := no_space(error, path):
            raise known from error
        raise
    finally:
        _remove(temporary)


def claim(path: str | Path) -> tuple[IO[str], str]:
    """The open lock file ``path``, and who holds it: "" if this process does now.

    It is held until the file is closed; the end of a process closes it, whatever ends it.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    file = open(path, "a+")  # noqa: SIM115
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        return file, file.read() or "another process"  # which hasn't signed yet
    _sign(file)
    return file, ""


@contextmanager
def locked(path: str | Path, busy: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock file ``path``; where another process does, tell ``busy`` which, and wait."""
    file, holder = claim(path)
    with file:
        if holder:
            busy(holder)
            fcntl.flock(file, fcntl.LOCK_EX)
            _sign(file)
        yield


def _sign(file: IO[str]) -> None:
    file.truncate(0)
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    print(f"process {os.getpid()} on {platform.node()}, since {since}", end="", file=file)
    file.flush()


def others_run(study: str, holder: str) -> str:
    """What to tell the user who starts a study that ``holder`` is at work on; else empty."""
    return holder and (
        f"another run is at work on {study} in this folder: {holder}\n  what to do: wait until it "
        "ends, or run in another folder: snakemake --directory FOLDER. While it runs, --unlock "
        "would let both write the same files.\n"
    )


def _sweep(path: Path) -> None:
    """Remove temporary files of ``path`` whose writer is dead, or on another machine a day old."""
    for left in path.parent.glob(f".????????.*.????.{glob.escape(path.name)}*"):
        node, pid = left.name.split(".")[1:3]
        if node == _NODE:
            dead = pid.isdigit() and not _answers(int(pid))
        else:
            dead = time.time() - left.stat().st_mtime > _DAY
        if dead:
            logger.info("%s was left by a writer that was killed: removed", left)
            _remove(left)


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
