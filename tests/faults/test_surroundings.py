"""Folders that can't be written, files that appear late, clocks that jump; then a plain rerun."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pandas as pd
import pytest
import yaml
from disturbed import RESULTS, attempt, copy, differences, files
from workflows import ROOT

DAY = 86400  # seconds
TRACK = f"{RESULTS}/tracks/small.main.bound.deeplift_rescale.bw"
MODEL = f"{RESULTS}/models/main/fold1.0.keras"
WINDOWS = f"{RESULTS}/inputs/windows.tsv.gz"
LABELLED = f"{RESULTS}/inputs/main.windows.tsv.gz"
TABLE = f"{RESULTS}/checks/main.deeplift_rescale.completeness.tsv"
PAGE = f"{RESULTS}/report/index.html"


@pytest.fixture
def folder(small_study: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the small study to disturb."""
    with copy(small_study, tmp_path / "copy") as disturbed:
        yield disturbed


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """For the block nothing can be written to ``folder``, by root neither."""
    bind = ["mount", "--bind", str(folder), str(folder)]
    if os.getuid() != 0 or subprocess.run(bind, capture_output=True).returncode:
        pytest.skip("no folder can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(
    "place, missing",
    [
        (".", TABLE),
        ("results", TABLE),
        (RESULTS, MODEL),
        (f"{RESULTS}/tracks", TRACK),
        (f"{RESULTS}/checks", TABLE),
        (f"{RESULTS}/report", PAGE),
        ("logs/small", TABLE),
    ],
)
def test_a_folder_that_cannot_be_written_is_named(folder, small_study, place, missing):
    (folder / missing).unlink()
    before = files(folder)
    with read_only(folder / place):
        status, said = attempt(folder, missing)
    assert status and str(folder / place) in said and "--directory" in said, said[-3000:]
    assert "Traceback" not in said and files(folder) == before
    status, said = attempt(folder, missing)
    assert status == 0 and not differences(folder, small_study), said[-3000:]


# What a job wrote is away for LATE seconds after its end, as others see a network file system.
LATE = """#!/bin/bash
away=$(mktemp -d "$AWAY/XXXXXX")
touch "$away/begun"
/bin/bash "$@"
status=$?
find results -newer "$away/begun" -type f ! -name '.*' | while read -r path; do
  mkdir -p "$away/$(dirname "$path")" && mv "$path" "$away/$path"
done
(sleep "$LATE"; cd "$away" && find results -type f -exec mv {} "$STUDY/{}" \\;; rm -r "$away") \
  > "$AWAY/said" 2>&1 &
exit $status
"""


@pytest.fixture
def late(folder: Path, tmp_path: Path) -> dict[str, str]:
    """The environment in which what jobs wrote is seen eight seconds after they ended."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "away").mkdir()
    shell = tmp_path / "bin/bash"
    shell.write_text(LATE)
    shell.chmod(0o755)
    path = f"{shell.parent}:{os.environ['PATH']}"
    return {"PATH": path, "LATE": "8", "STUDY": str(folder), "AWAY": str(tmp_path / "away")}


def all_there(late: dict[str, str]) -> None:
    while any(path.is_dir() for path in Path(late["AWAY"]).iterdir()):
        time.sleep(0.1)


def test_the_profile_waits_for_files_that_appear_late(folder, small_study, late):
    patience = yaml.safe_load((ROOT / "profiles/slurm/config.yaml").read_text())["latency-wait"]
    again = (TRACK, TABLE, f"{RESULTS}/acceptance.tsv")
    for path in again:
        (folder / path).unlink()
    status, said = attempt(folder, *again, "--latency-wait", str(patience), **late)
    assert status == 0 and not differences(folder, small_study), said[-3000:]


@pytest.mark.parametrize("path", [TRACK, TABLE])
def test_files_that_appear_too_late_are_named_and_a_rerun_recovers(
    folder, small_study, late, path
):
    (folder / path).unlink()
    status, said = attempt(folder, path, "--latency-wait", "2", **late)
    assert status and "latency-wait" in said and path in said, said[-3000:]
    all_there(late)
    status, said = attempt(folder, path)
    assert status == 0 and not differences(folder, small_study), said[-3000:]


@pytest.fixture
def clock(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A file that says by how many seconds the clock is off, and the environment that obeys it.

    What Snakemake makes is dated by that clock, and times of files are read as they are.
    """
    if not (found := list(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))):
        pytest.skip("libfaketime isn't here: apt-get install faketime")
    if shutil.which("scontrol"):  # Snakemake's plugin asks it, and waits by time.sleep
        pytest.skip("libfaketime breaks time.sleep where SLURM's scontrol is installed")
    (tmp_path / "clock").write_text("+0")
    environment = {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(tmp_path / "clock"),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # no computer sets that one back
        "NO_FAKE_STAT": "1",
    }
    return tmp_path / "clock", environment


def seconds(study: Path) -> np.ndarray:
    histories = [pd.read_table(path) for path in (study / RESULTS).rglob("*.history.tsv")]
    return np.concatenate([one["seconds"] for one in histories])


@pytest.mark.parametrize("before, after", [("+86400", "+0"), ("+0", "-86400"), ("+0", "+86400")])
def test_the_clock_is_set_between_jobs(folder, small_study, clock, before, after):
    file, environment = clock
    for path in (WINDOWS, LABELLED):
        (folder / path).unlink()
    for now, target in ((before, WINDOWS), (after, LABELLED)):
        file.write_text(now)
        status, said = attempt(folder, target, **environment)
        assert status == 0, said[-3000:]
    assert not differences(folder, small_study)
    # of the whole study, though all the rest is of another time
    assert "Nothing to be done" in attempt(folder, "--dry-run", **environment)[1]


def test_the_clock_is_set_back_and_forth_during_jobs(folder, small_study, clock):
    file, environment = clock
    for path in (MODEL, TRACK):
        (folder / path).unlink()
    over = Event()

    def turn() -> None:
        while not over.wait(0.3):
            ahead = file.read_text() == "+3600"
            file.write_text("-3600" if ahead else "+3600")

    turning = Thread(target=turn)
    turning.start()
    try:
        status, said = attempt(folder, MODEL, TRACK, "--cores", "2", **environment)
    finally:
        over.set()
        turning.join()
    assert status == 0 or "clock skew" in said, said[-3000:]
    status, said = attempt(folder, MODEL, TRACK)
    assert status == 0 and not differences(folder, small_study), said[-3000:]
    assert (seconds(folder) >= 0).all()
    assert "Nothing to be done" in attempt(folder, "--dry-run", MODEL, TRACK)[1]


def date(study: Path, begin: float) -> None:
    """Date all results from ``begin`` (seconds) on, in their order."""
    made = sorted((study / RESULTS).rglob("*"), key=lambda path: path.stat().st_mtime_ns)
    for place, path in enumerate(made):
        os.utime(path, (begin + place / 1000,) * 2)


def test_results_of_a_clock_that_was_behind_are_not_stale(folder):
    date(folder, time.time() - 365 * DAY)  # older than the checkout
    assert "Nothing to be done" in attempt(folder, "--dry-run")[1]


def test_what_is_stale_is_made_again_though_it_is_from_the_future(folder):
    date(folder, time.time() + DAY)
    (folder / "more.yaml").write_text("inputs: {negative_ratio: 2}")
    more = str(folder / "more.yaml")
    status, said = attempt(folder, WINDOWS, more=[more])
    assert status == 0 and "from the future" in said, said[-3000:]
    said = attempt(folder, "--dry-run", "--quiet", "rules", more=[more])[1]
    again = dict(line.split() for line in said.splitlines() if len(line.split()) == 2)
    assert "prepare_inputs" not in again and "simulate_genome" not in again
    assert again["label_windows"] == "2" and again["attribute"] == "3", said
