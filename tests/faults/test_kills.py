"""Snakemake and its job are killed during the job's work; a plain rerun must give equal bytes.

FAULTS: the number of kills (50). Each takes a copy of a finished small study, removes one file,
starts the job that makes it, and kills everything at a drawn share of the time the work took.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from workflows import ROOT, SMALL, run_snakemake

FAULTS = int(os.environ.get("FAULTS", "50"))
TARGETS = ("models/*/*.keras", "attribution/*/*/*.h5", "tracks/*.bw", "inputs/*.tsv.gz",
           "models/*/predictions.tsv.gz")  # fmt: skip
BEGINS = re.compile(r"^(\S+ \S+),(\d+) the work begins$", re.M)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    run_snakemake(folder, SMALL, "--cores", "2", "tracks")
    return folder


def seconds_of_work(log: Path) -> float:
    begun = BEGINS.search(log.read_text())
    start = datetime.strptime(begun[1], "%Y-%m-%d %H:%M:%S").timestamp() + int(begun[2]) / 1000
    return max(0.0, log.stat().st_mtime - start)


def kill_at(folder: Path, target: str, share: float, whole: Path) -> str:
    """Kill Snakemake and its jobs at ``share`` of the work of the first job; the job's rule."""
    command = [sys.executable, "-m", "snakemake", target, "--snakefile", ROOT / "Snakefile"]
    command += ["--directory", folder, "--cores", "1", "--configfile", *SMALL]
    logs, begun = folder / "logs", time.time()
    with open(folder / "killed.log", "w") as said:
        run = subprocess.Popen(
            command, cwd=folder, stdout=said, stderr=said, start_new_session=True
        )
        found: list[Path] = []
        while not found and run.poll() is None:
            time.sleep(0.02)
            new = [path for path in logs.rglob("*.log") if path.stat().st_mtime > begun]
            found = [path for path in new if BEGINS.search(path.read_text())]
        if found:
            time.sleep(share * seconds_of_work(whole / found[0].relative_to(folder)))
        over = run.poll() is not None
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    rule = found[0].relative_to(logs).parts[1] if found else "none"
    return f"{rule} (over)" if over else rule


def test_kills(undisturbed: Path, tmp_path: Path) -> None:
    results = undisturbed / "results/small"
    kinds = [sorted(results.glob(pattern)) for pattern in TARGETS]
    kinds = [[path for path in paths if path.name[0] != "."] for paths in kinds]
    counts: Counter = Counter()
    for number in range(FAULTS):
        draw = random.Random(number)
        target = str(draw.choice(kinds[number % len(kinds)]).relative_to(undisturbed))
        folder = tmp_path / str(number)
        shutil.copytree(undisturbed, folder, symlinks=True)
        (folder / target).unlink()
        rule = kill_at(folder, target, draw.random(), undisturbed)
        run_snakemake(folder, SMALL, "--unlock")
        run_snakemake(folder, SMALL, "--cores", "2", target)
        same = (folder / target).read_bytes() == (undisturbed / target).read_bytes()
        left = [path.name for path in (folder / target).parent.glob(".*")]
        end = "recovered" if same and not left else f"WRONG {left}"
        counts[rule, end] += 1
        print(f"{number + 1} of {FAULTS}: {target}, {rule}, {end}", flush=True)
        shutil.rmtree(folder)
    print("\n| rule | end | kills |\n| --- | --- | --- |")
    for (rule, end), count in sorted(counts.items()):
        print(f"| {rule} | {end} | {count} |")
    assert {end for _, end in counts} == {"recovered"}
