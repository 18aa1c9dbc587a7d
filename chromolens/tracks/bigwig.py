"""Write and read tracks: bigWig files of one float32 per base, absent where nothing is known.

pyBigWig writes NaN and infinities without complaint and later dies of them, so runs of finite
values are split. The writer asks for values on a fixed grid of blocks: memory is a block's,
and equal values give equal bytes, wherever the values come from. A process of its own writes them
and reads them back (``genome.bigwig_process``), so that a track is whole or there is a message.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread

import numpy as np
import pyBigWig

from chromolens.errors import BadInput
from chromolens.genome import bigwig_process
from chromolens.runlog import atomic, no_space, progress

BLOCK = 2**20


def write_bigwig(
    path: str | Path,
    sizes: Mapping[str, int],
    read: Callable[[str, int, int], np.ndarray],
    *,
    block: int = BLOCK,
) -> None:
    """Write the track ``path``.

    Parameters
    ----------
    sizes
        Length of every chromosome, in the order of the file; also of those without values.
    read
        ``read(chrom, start, end)`` -> float (end - start,), NaN where there is no value.
    block
        Bases asked for at a time.
    """
    blocks = list(_blocks(sizes, block))
    parts = progress(blocks, total=len(blocks), what=Path(path).name)
    with atomic(path) as temporary:
        _write_apart(temporary, path, _frames(sizes, read, parts))


def _frames(
    sizes: Mapping[str, int],
    read: Callable[[str, int, int], np.ndarray],
    blocks: Iterable[tuple[str, int, int]],
) -> Iterator[bytes]:
    """What ``bigwig_process.write`` reads."""
    yield json.dumps(list(sizes.items())).encode() + b"\n"
    for chrom, start, end in blocks:
        values = np.asarray(read(chrom, start, end), dtype=np.float32)
        if np.isinf(values).any():
            place = start + int(np.isinf(values).argmax())
            raise BadInput("an infinite value can't stand in a track", where=f"{chrom}:{place}")
        yield json.dumps([chrom, start, len(values)]).encode() + b"\n"
        yield values.tobytes()
    yield b"end\n"


def _write_apart(temporary: Path, path: str | Path, frames: Iterator[bytes]) -> None:
    """Hand ``frames`` to a process that writes ``temporary``; BadInput unless it ends well."""
    command = [sys.executable, "-P", bigwig_process.__file__, "write", str(temporary)]
    with TemporaryFile() as said:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said)
        full: list[OSError] = []
        watch = Thread(target=_end_where_full, args=(child, temporary.parent, full))
        watch.start()
        try:
            for frame in frames:
                child.stdin.write(frame)
        except BrokenPipeError:
            pass  # it died: why is asked below
        finally:
            with suppress(BrokenPipeError):
                child.stdin.close()
            child.wait()
            watch.join()
        said.seek(0)
        words = said.read().decode(errors="replace").strip().splitlines()
    complaints = [line for line in words if "[bw" in line]  # of the library, which goes on
    if child.returncode or complaints or full:
        if full := full or _no_room(temporary.parent):
            raise no_space(full[0], path) or full[0]
        reason = signal.Signals(-child.returncode).name if child.returncode < 0 else words[-1:]
        raise BadInput(
            f"the track could not be written: {reason}",
            where=str(path),
            remedy="look for what ended the writer (memory, limits, the disk), and run again",
        )


def _end_where_full(child: subprocess.Popen, folder: Path, full: list[OSError]) -> None:
    """End ``child`` as soon as nothing can be written in ``folder``: it may never end itself."""
    while not full:
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=0.2)
            return
        full += _no_room(folder)
    child.kill()


def _no_room(folder: Path) -> list[OSError]:
    """The error that a small file meets in ``folder``; none where it can be written."""
    try:
        with TemporaryFile(dir=folder) as probe:
            probe.write(bytes(4096))
    except OSError as error:
        return [error]
    return []


def _blocks(sizes: Mapping[str, int], block: int) -> Iterator[tuple[str, int, int]]:
    for chrom, size in sizes.items():
        for start in range(0, size, block):
            yield chrom, start, min(start + block, size)


def read_back(path: str | Path, chrom: str, start: int, end: int) -> np.ndarray:
    """Values float32 (end - start,) of a track, NaN where absent; BadInput if unreadable."""
    try:
        track = pyBigWig.open(str(path))
    except RuntimeError as error:
        raise BadInput("can't be read as bigWig", where=str(path)) from error
    try:
        size = track.chroms(chrom)
        if size is None or not 0 <= start < end <= size:
            raise BadInput(
                f"{chrom}:{start}-{end} is not in the track",
                expected=f"chromosomes {', '.join(track.chroms())}",
                where=str(path),
            )
        return track.values(chrom, start, end, numpy=True).astype(np.float32)
    finally:
        track.close()
