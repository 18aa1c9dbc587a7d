"""A job says how far it is; ``chromolens status`` reads it, of jobs alive and killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chromolens.__main__ import main
from chromolens.commands import status
from chromolens.console.words import how_far
from chromolens.errors import BadInput
from chromolens.runlog import UNDERWAY, underway

ROOT = Path(__file__).parent.parent
JOB = """
import sys, time, types
import __main__
__main__.snakemake = types.SimpleNamespace(log=[sys.argv[1]], rule="train", wildcards={})
from chromolens import runlog
runlog._NOTED = 0
for item in runlog.progress(range(14), total=14, what="epochs"):
    if item == int(sys.argv[2]):
        time.sleep(float(sys.argv[3]))
"""


def job(log: Path, stops_at: int, seconds: float) -> subprocess.Popen:
    """A job that is at ``stops_at`` of 14 epochs when this returns, and stays there."""
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", JOB, str(log), str(stops_at), str(seconds)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, env=environment)
    while child.poll() is None and (underway(log) or {}).get("done") != stops_at:
        time.sleep(0.05)
    return child


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "results/own").mkdir(parents=True)
    return tmp_path / "logs/own/train/main/fold0.0.log"


def test_a_running_and_a_killed_job_say_where_they_are(log, tmp_path, capsys):
    child = job(log, 7, 60)
    try:
        assert how_far(log) == " (epochs 7/14)"
        assert main(["status", str(tmp_path / "results/own")]) == 0
        said = capsys.readouterr().out
        assert "train main fold0.0" in said and "epochs 7 of 14" in said and "SILENT" not in said
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    later = status.jobs(tmp_path / "logs/own", time.time() + 1000)
    assert later["said"].str.startswith("SILENT 16:").all()


def test_a_job_that_ended_says_nothing(log, tmp_path, capsys):
    assert job(log, 7, 1).wait() == 0
    assert underway(log) is None and how_far(log) == ""
    assert main(["status", str(tmp_path / "results/own")]) == 0
    assert capsys.readouterr().out == "no job of own says that it is at work\n"


def test_what_is_left_goes_by_what_is_done(tmp_path):
    note = tmp_path / f"attribute/main/x/fold0.log{UNDERWAY}"
    note.parent.mkdir(parents=True)
    known = {
        "what": "chr1",
        "done": 300,
        "before": 100,
        "total": 1200,
        "began": 1000,
        "node": "n1",
    }
    note.write_text(json.dumps(known))
    os.utime(note, (1400, 1400))  # 200 in 400 s, behind those of a job that was cut: 900 in 1800 s
    (row,) = status.jobs(tmp_path, 1410).to_dict("records")
    assert row == {
        "job": "attribute main x fold0",
        "done": "chr1 300 of 1,200",
        "each": "2 s",
        "left": "30:00",
        "said": "0:10 ago",
        "node": "n1",
    }


def test_a_study_without_logs_is_refused(tmp_path, capsys):
    assert main(["status", str(tmp_path / "results/none")]) == 2
    assert "no job of this study has begun" in capsys.readouterr().err
    with pytest.raises(BadInput, match="results/STUDY"):
        status._answer(type("Options", (), {"study": tmp_path / "results/none"}))
