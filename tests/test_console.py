"""What is seen of a run: driven by hand with a clock of our own, and through Snakemake."""

import logging
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.tests import MockOutputSettings
from test_bad_input import peaks, run, study

import snakemake_logger_plugin_chromolens as plugin
from chromolens.console.run import Run, closing
from chromolens.console.stages import STAGES, TARGETS
from chromolens.planning.times import longest, record, times

ROOT = Path(__file__).parent.parent


def wildcards(fold: int) -> dict[str, str]:
    return {"study": "s", "model": "main", "fold": f"fold{fold}"}


@pytest.fixture
def training() -> Run:
    """Four trainings of a minute and an evaluation of half a minute, on two cores."""
    known = {"train": 60.0, "evaluate": 30.0}
    return Run({"train": 4, "evaluate": 1, "all": 1}, 2, known, began=0.0)


def test_every_rule_has_one_stage():
    files = [ROOT / "Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
    rules = re.findall(r"^rule (\w+):", "\n".join(file.read_text() for file in files), re.M)
    told = [rule for own in STAGES.values() for rule in own] + list(TARGETS)
    assert sorted(told) == sorted(rules)


def test_the_time_that_is_expected_is_that_of_earlier_runs(training):
    # 4 x 60 + 30 = 270 seconds of work on two cores
    assert training.extent() == "5 on 2 cores, about 2 min as measured before"
    assert "known after the first run" in Run({"train": 4}, 2, {}, 0.0).extent()
    few = Run({"train": 4, "evaluate": 1}, 2, {"evaluate": 9.0}, 0.0)
    assert "known after the first run" in few.extent()
    assert "but for 3 that" in Run({"train": 4, "x": 3}, 2, {"train": 600.0}, 0.0).extent()
    # stages wait for one another: an hour and an hour, whatever the cores
    hours = {"train": 3600.0, "report": 3600.0}
    assert "about 2.0 hours" in Run({"train": 1, "report": 1}, 64, hours, 0.0).extent()
    assert Run({"train": 4}, 0, hours, 0.0).extent() == "4"


def test_a_stage_in_a_line(training):
    training.started(1, "train", wildcards(0), "", 0.0)
    training.started(2, "train", wildcards(1), "", 0.0)
    (line,) = training.lines(30.0)
    # 270 - 2 x 30 seconds are left, for two at once: 105
    assert (
        line.split()
        == (
            "train [------------] 0/5 0:30 about 2 min left train main fold0, train main fold1"
        ).split()
    )
    assert training.ended(1, 80.0) == []
    training.started(3, "train", wildcards(2), "", 80.0)
    # measured now: 80 seconds each; 3 x 80 + 30 - (80 of 80) - 0 = 190, for two at once
    assert "1/5     1:20  about 2 min left" in training.lines(80.0)[0]


def test_the_time_of_a_stage_is_that_of_its_jobs():
    run = Run({"train": 3}, 2, {}, began=0.0)
    for number, (began, ended) in enumerate([(0, 60), (30, 90), (200, 230)]):
        run.started(number, "train", wildcards(number), "", float(began))
        run.ended(number, float(ended))
    # 0 to 90 and 200 to 230, not what lies between
    assert run.lines(1000.0)[0].split()[-1] == "2:00"


def test_a_file_has_a_line_at_a_stages_end_and_seldom_between(training):
    training.started(1, "train", wildcards(0), "", 0.0)
    spoke = [now for now in range(1, 1000) if training.due(float(now))]
    gaps = [b - a for a, b in zip([0, *spoke], spoke, strict=False)]
    assert spoke[0] == 30 and min(gaps) == 30 and gaps == sorted(gaps) and len(spoke) < 15
    for number in (1, 2, 3, 4):
        training.started(number, "train", wildcards(number), "", 0.0)
        assert training.ended(number, 1000.0) == []
    training.started(5, "evaluate", {"study": "s"}, "", 1000.0)
    assert training.ended(5, 1030.0) == [training.lines(2000.0)[0]]
    assert "[############]     5/5    17:10" in training.lines(2000.0)[0]
    assert closing(training, ["found"], "again", 1040.0) == ["found", "finished in 17:20"]
    assert training.measured() == {"train": (4, 1000.0), "evaluate": (1, 30.0)}


def test_a_failure_is_told_with_the_last_message_of_its_log(training, tmp_path):
    log = tmp_path / "log"
    log.write_text(
        "2026-01-01 10:00:00 begins\nnoise\n2026-01-01 10:00:09 BadInput: x\n  where: y\n"
    )
    training.started(1, "train", wildcards(0), str(log), 0.0)
    assert training.failed(1, "", 9.0) == [
        f"FAILED  train main fold0, after 0:09: {log}",
        "  | 2026-01-01 10:00:09 BadInput: x",
        "  |   where: y",
    ]
    training.started(2, "train", wildcards(1), str(tmp_path / "none"), 9.0)
    assert "no log" in training.failed(2, "", 12.0)[1]
    log.write_text(
        "\n".join(["2026-01-01 10:00:00 ValueError: x", *map(str, range(50)), "ValueError"])
    )
    training.started(3, "train", wildcards(2), str(log), 9.0)
    said = training.failed(3, "", 12.0)
    assert (
        len(said) == 13 and said[1].endswith("ValueError: x") and said[-1].endswith("ValueError")
    )
    last = closing(training, [], "again", 60.0)
    assert last[0].startswith("stopped after 1:00: 0 of 5 jobs are done; failed: train main fold0")


def test_a_job_that_is_tried_again_counts_once(training):
    training.started(1, "train", wildcards(0), "", 0.0)
    training.failed(1, "", 9.0)
    training.started(1, "train", wildcards(0), "", 10.0)
    training.ended(1, 30.0)
    assert training.measured() == {"train": (1, 20.0)}


def test_times_of_jobs_are_kept_for_the_next_run(tmp_path):
    assert times(tmp_path) == {}
    own = tmp_path / "benchmarks/train/main/fold0.0.tsv"
    own.parent.mkdir(parents=True)
    own.write_text("s\th:m:s\tmax_rss\n30.5\t0:00:30\t1\n")
    own.with_name("fold1.0.tsv").write_text("s\th:m:s\tmax_rss\n31.5\t0:00:31\t1\n")
    own.with_name("fold2.0.tsv").write_text("")  # the job was killed
    assert times(tmp_path) == {"train": 31.0}
    record(tmp_path, {"report": (1, 4.0), "train": (2, 50.0)})
    record(tmp_path, {"report": (1, 6.0)})
    assert times(tmp_path) == {"report": 6.0, "train": 50.0}
    assert longest(tmp_path, "train") == 31.5 and np.isnan(longest(tmp_path, "report"))


def event(
    kind: LogEvent, message: str = "", level: int = logging.INFO, **more
) -> logging.LogRecord:
    said = logging.LogRecord("snakemake", level, "", 0, message, (), None)
    said.event = kind
    said.__dict__.update(more)
    return said


def test_the_plugin_hands_events_on(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("CHROMOLENS_CONSOLE", "calm")  # the plugin's own, taken away again
    handler = plugin.LogHandler(MockOutputSettings(), None)
    about = event(
        None, "s: 1 task", plan={"about": ["s: 1 task"], "folder": str(tmp_path), "cores": 2}
    )
    handler.emit(about)
    handler.emit(event(LogEvent.RUN_INFO, stats={"train": 2, "all": 1, "total": 3}))
    for job in (1, 2):
        facts = {"rule_name": "train", "wildcards": wildcards(job), "log": ["a.log"]}
        handler.emit(event(LogEvent.JOB_INFO, jobid=job, **facts))
    handler.emit(event(LogEvent.JOB_FINISHED, job_id=1))
    handler.emit(
        event(LogEvent.ERROR, "RuleException:\nCalledProcessError in file", logging.ERROR)
    )
    handler.emit(event(LogEvent.JOB_ERROR, jobid=2, log=["a.log"]))
    handler.emit(event(None, "something is odd", logging.WARNING))
    handler.close()
    handler.close()
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == [
        "s: 1 task",
        "  jobs     2 on 2 cores; how long they take is known after the first run",
    ]
    assert said[2].startswith("FAILED  train main fold2") and said[4] == "something is odd"
    assert said[5].endswith("1 of 2 jobs are done; failed: train main fold2")
    assert len(said) == 7 and list(times(tmp_path)) == ["train"]


@pytest.mark.slow
def test_a_failing_job_through_snakemake(tmp_path):
    study(tmp_path)
    peaks(tmp_path, ("1", 200))
    answer = run(tmp_path, "--until", "prepare_inputs", "--logger", "chromolens")
    said = answer.stdout
    assert answer.returncode == 1 and said.count("BadInput: peaks of bound") == 1
    assert "FAILED  prepare_inputs, after" in said and "logs/small/prepare_inputs.log" in said
    assert (
        "what to do" in said and "rule prepare_inputs" not in said and "CalledProcess" not in said
    )
    assert len(said.splitlines()) < 15
    peaks(tmp_path, *((f"chr{i}", 200 * i) for i in (1, 2, 3)))
    answer = run(tmp_path, "--until", "prepare_inputs", "--logger", "chromolens")
    assert answer.returncode == 0 and "finished in" in answer.stdout, answer.stdout
    assert "inputs   [############]" in answer.stdout and "report/index.html" not in answer.stdout


JOB = """
import os, sys
class Snakemake: log, rule, wildcards = [sys.argv[1]], "train", {"study": "s", "fold": "fold1"}
snakemake = Snakemake()
from chromolens.runlog import log_to
os.write(2, b"a library speaks\\n")
log_to(snakemake.log[0])
raise ValueError("no such thing")
"""


@pytest.mark.parametrize("asked", ["", "calm", "verbose"])
def test_what_a_job_says_is_in_its_log_and_on_the_console_if_asked(tmp_path, asked):
    (tmp_path / "job.py").write_text(JOB)
    command = [sys.executable, tmp_path / "job.py", tmp_path / "log"]
    environment = {"PYTHONPATH": str(ROOT), "CHROMOLENS_CONSOLE": asked}
    answer = subprocess.run(command, capture_output=True, text=True, env=environment)
    log = (tmp_path / "log").read_text()
    assert answer.returncode == 1 and log.count("ValueError: no such thing") == 2  # and its trace
    assert "Traceback" in log and ("a library speaks" in log) == (asked != "verbose")
    if asked == "verbose":
        assert "a library speaks" in answer.stderr
        assert "train fold1: the work begins" in answer.stderr
    else:
        assert answer.stderr == ("" if asked else "ValueError: no such thing\n")
    assert answer.stdout == ""
