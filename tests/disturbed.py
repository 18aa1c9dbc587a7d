"""Copies of a finished study to disturb, and what then differs from the study."""

import contextlib
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np
from workflows import ROOT, SMALL

from chromolens.reproduce.compare import EQUAL, compare
from chromolens.study import open_study

RESULTS = "results/small"
BEGINS = re.compile(r"^(\S+ \S+),(\d+) the work begins$", re.M)
# of a page or a table: when it was made, and how long that took
TIMES = re.compile(rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?([.,+]\d[\d:]*)?")


class Output(NamedTuple):
    """A result, its rule, the log of its job, and the seconds of work until it was there."""

    path: str
    rule: str
    log: str
    work: float


def snakemake(folder: Path, *arguments: str, more: Sequence[str] = ()) -> list[str]:
    """The command that runs the small study in ``folder``, with ``more`` config files."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    return [
        *command,
        "--directory",
        str(folder),
        *arguments,
        "--configfile",
        *map(str, SMALL),
        *more,
    ]


def attempt(
    folder: Path, *arguments: str, more: Sequence[str] = (), **environment: str
) -> tuple[int, str]:
    """Run the small study on one core: the exit status, and all that was said."""
    command = snakemake(folder, "--cores", "1", *arguments, more=more)
    env = os.environ | environment
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=env)
    return ran.returncode, ran.stdout + ran.stderr


def outputs(study: Path) -> list[Output]:
    """All results of the finished ``study`` whose jobs say when their work began."""
    command = snakemake(study, "--cores", "1", "--summary")
    summary = subprocess.run(command, cwd=study, capture_output=True, text=True, check=True).stdout
    found = []
    for row in csv.DictReader(io.StringIO(summary), delimiter="\t"):
        path, log = row["output_file"], row["log-file(s)"]
        if begun := BEGINS.search((study / log).read_text()):
            start = datetime.strptime(f"{begun[1]}.{begun[2]}", "%Y-%m-%d %H:%M:%S.%f").timestamp()
            work = (study / path).stat().st_mtime - start
            found.append(Output(path, row["rule"], log, work))
    return found


@contextlib.contextmanager
def copy(study: Path, folder: Path) -> Iterator[Path]:
    """A copy of ``study`` with its times (and what Snakemake knows of it), for the block."""
    shutil.copytree(study, folder, symlinks=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def files(folder: Path) -> set[str]:
    """All below the results of ``folder``, hidden ones too."""
    return {str(path.relative_to(folder)) for path in (folder / RESULTS).rglob("*")}


def differences(folder: Path, study: Path) -> list[str]:
    """Results of ``folder`` that aren't those of ``study``, are missing, or are too many."""
    both = files(folder) & files(study)
    return sorted(files(folder) ^ files(study)) + [
        path
        for path in sorted(both)
        if (study / path).is_file() and _content(folder / path) != _content(study / path)
    ]


def same_results(folder: Path, study: Path) -> int:
    """How many results ``folder`` has, which must all be equal to those of ``study``."""
    found = compare(*(open_study(one / RESULTS) for one in (study, folder)))
    odd = found[found["verdict"] != EQUAL]
    assert odd.empty, odd.to_string()
    return len(found)


def _content(path: Path) -> object:
    """What a file says, without when it was made."""
    if path.suffix == ".h5":
        return _arrays(path)
    if path.suffix == ".keras":
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    content = path.read_bytes()
    if "benchmarks" in path.parts:
        return content.splitlines()[0]
    if path.name.endswith(".history.tsv"):
        return [line.rpartition(b"\t")[0] for line in content.splitlines()]
    return TIMES.sub(b"", content) if path.suffix in {".html", ".json"} else content


def _arrays(path: Path) -> dict[str, tuple]:
    found = {}

    def look(name: str, item: h5py.Group | h5py.Dataset) -> None:
        attributes = {key: repr(value) for key, value in item.attrs.items()}
        values = np.asarray(item[()] if isinstance(item, h5py.Dataset) else 0)
        # texts are references to memory
        found[name] = (
            attributes,
            str(values.tolist()) if values.dtype == "O" else values.tobytes(),
        )

    with h5py.File(path) as file:
        look("/", file)
        file.visititems(look)
    return found
