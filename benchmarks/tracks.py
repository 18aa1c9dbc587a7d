"""What writing a track of one float a base costs: ours beside pyBigWig and pybigtools.

    python -m benchmarks.tracks --bases 24800000

Each writer is a process of its own and gets the same normal numbers, a million at a time. CPU
time and largest memory are the process's. The files are read back by pyBigWig, in part, and
removed.
"""

import argparse
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pybigtools
import pyBigWig

from chromolens.tracks.bigwig import write_pieces

ROOT = Path(__file__).parent.parent
BLOCK = 2**20


def pieces(bases: int) -> Iterator[tuple[int, np.ndarray]]:
    """First base and values of each block; all blocks are the first one, turned."""
    block = np.random.default_rng(0).normal(size=BLOCK).astype(np.float32)
    for start in range(0, bases, BLOCK):
        yield start, np.roll(block, start // BLOCK)[: bases - start]


def ours(path: str, bases: int) -> None:
    write_pieces(path, {"chr1": bases}, (("chr1", *piece) for piece in pieces(bases)))


def py_bigwig(path: str, bases: int) -> None:
    with pyBigWig.open(path, "w") as file:
        file.addHeader([("chr1", bases)])
        for start, values in pieces(bases):
            file.addEntries("chr1", start, values=values, span=1, step=1)


def py_bigtools(path: str, bases: int) -> None:
    rows = (
        ("chr1", start + offset, start + offset + 1, value)
        for start, values in pieces(bases)
        for offset, value in enumerate(values.tolist())
    )
    pybigtools.open(path, "w").write({"chr1": bases}, rows)


WRITERS = {"chromolens": ours, "pyBigWig": py_bigwig, "pybigtools": py_bigtools}


def write(name: str, path: str, bases: int) -> None:
    """Write a track, and print CPU seconds and MB."""
    WRITERS[name](path, bases)
    used = resource.getrusage(resource.RUSAGE_SELF)
    # Linux's own high-water mark: getrusage's begins with that of the process that started this
    largest = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
    print(used.ru_utime + used.ru_stime, largest)


def measured(name: str, bases: int) -> tuple[float, float, float, list[int]]:
    """CPU seconds, MB of memory, bytes a base and zoom levels of a writer's track."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/t.bw"
        command = [sys.executable, "-m", "benchmarks.tracks", "--write", name, path]
        command += ["--bases", str(bases)]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        seconds, largest = map(float, done.stdout.split())
        start, values = list(pieces(min(bases, 3 * BLOCK)))[-1]
        with pyBigWig.open(path) as file:
            found = file.values("chr1", start, start + len(values), numpy=True)
        np.testing.assert_array_equal(found.astype(np.float32), values)
        levels = pybigtools.open(path).zooms()
        return seconds, largest, Path(path).stat().st_size / bases, levels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bases", type=int, default=24_800_000)
    parser.add_argument("--writers", nargs="+", default=list(WRITERS), choices=list(WRITERS))
    parser.add_argument("--write", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        return write(*given.write, given.bases)
    print("| writer | CPU, s | by ours | largest memory, MB | bytes a base | zoom levels |")
    print("| --- | --- | --- | --- | --- | --- |")
    first = None
    for name in given.writers:
        seconds, largest, size, levels = measured(name, given.bases)
        first = first or seconds
        said = ", ".join(map(str, levels))
        print(
            f"| {name} | {seconds:.1f} | {seconds / first:.1f} | {largest:.0f} | {size:.2f} | "
            f"{said} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
