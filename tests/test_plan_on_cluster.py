"""What a scheduler would make of a run is said while planning: by stand-ins for its commands."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.resources import Resource, Resources

from chromolens.errors import BadInput
from chromolens.planning.machine import queues


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """Make a command of a scheduler's say ``text``."""
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    (tmp_path / "bin").mkdir()

    def say(command: str, text: str, status: int = 0) -> None:
        (tmp_path / f"bin/{command}.txt").write_text(text)
        path = tmp_path / f"bin/{command}"
        path.write_text(f"#!/bin/sh\ncat $0.txt\nexit {status}\n")
        path.chmod(0o755)

    say("sinfo", "PARTITION|TIMELIMIT\ncpu|infinite\ngpu|4:00:00\nshort|30:00\nlong|2-12:00:00\n")
    return say


def rule(name: str = "attribute", **resources: object) -> SimpleNamespace:
    """A rule of Snakemake's, as it is after the profile was read; texts grow with the attempt."""
    known = {
        key: Resource.from_cli_expression(key, value)
        if "attempt" in str(value)
        else Resource(key, value)
        for key, value in resources.items()
    }
    return SimpleNamespace(name=name, resources=Resources(known))


def test_what_fits_is_not_spoken_of(answers):
    rules = [
        rule(slurm_partition="gpu", runtime=240),
        rule("train", slurm_partition="long", runtime=3600),
        rule("report", slurm_partition="cpu", runtime=10**6),
        rule("all"),
    ]
    assert queues.check_queues(rules) == ""


def test_a_queue_that_the_scheduler_lacks_is_named_with_the_nearest(answers):
    with pytest.raises(
        BadInput, match=r"'shrot'.*did you mean 'short'(?s:.*)one of cpu, gpu, long, short"
    ):
        queues.check_queues([rule(slurm_partition="cpu,shrot", runtime=1)])
    answers("bqueues", "QUEUE_NAME  PRIO\nnormal      30\ngpu         40\n")
    with pytest.raises(BadInput, match=r"lsf_queue 'cpu'(?s:.*)one of gpu, normal"):
        queues.check_queues([rule(lsf_queue="normal"), rule(lsf_queue="cpu")])


@pytest.mark.parametrize(
    "partition, asked, attempts, at",
    [("gpu", 241, 1, 1), ("gpu", "100 * attempt", 3, 3), ("short", 31, 1, 1)],
)
def test_a_job_that_would_wait_for_ever_is_refused(answers, partition, asked, attempts, at):
    rules = [rule(slurm_partition=partition, runtime=asked)]
    with pytest.raises(BadInput, match=rf"attribute asks .*attempt {at}\), which allows"):
        queues.check_queues(rules, attempts)


def test_a_runtime_held_at_the_limit_is_taken(answers):
    rules = [rule(slurm_partition="gpu", runtime="min(240, 200 * attempt)")]
    assert queues.check_queues(rules, 3) == ""


def test_the_shard_size_that_fits_is_said_where_it_was_measured(answers):
    rules = [rule(slurm_partition="gpu", runtime=240)]
    told = queues.check_queues(rules, seconds=10 * 3600, shard_size=5_000_000)
    # 10 hours of 5 Mb; 4 hours less a fifth are 1.6 Mb
    assert "about 10.0 hours" in told and "attribution.shard_size: 1600000 fits" in told
    assert queues.check_queues(rules, seconds=3.9 * 3600, shard_size=5_000_000) == ""
    rules = [rule(slurm_partition="short", runtime=240)]
    with pytest.raises(BadInput, match=r"min\(30, .*attribution.shard_size: 200000 fits"):
        queues.check_queues(rules, seconds=10 * 3600, shard_size=5_000_000)


@pytest.mark.parametrize("seconds, minutes", [(7, 3), (12345, 60), (10**6, 1), (3600, 59)])
def test_a_shard_that_fits_does(seconds, minutes):
    size = queues.fitting(1_000_000, seconds, minutes)
    assert 0 < size * seconds / 1_000_000 <= 0.8 * 60 * minutes
    # not by much less: two digits of a fifth to spare
    assert size * seconds / 1_000_000 > 0.7 * 60 * minutes


def test_without_slurm_nothing_is_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert queues.check_queues([rule(slurm_partition="none", runtime=1)]) == ""
    queues.check_earlier(tmp_path / "results/demo")


def test_a_slurm_that_does_not_answer_stops_nothing(answers, tmp_path):
    answers("sinfo", "Unable to contact slurm controller", status=1)
    answers("squeue", "", status=1)
    assert queues.check_queues([rule(slurm_partition="none", runtime=1)]) == ""
    queues.check_earlier(tmp_path / "results/demo")


def queued(*logs: str | Path) -> str:
    """What ``squeue`` says of jobs 11, 12, ... with these logs."""
    return "".join(f"{11 + n:<20}{os.fspath(log)!s:<2000}\n" for n, log in enumerate(logs))


def test_jobs_that_outlived_their_snakemake_are_named(answers, tmp_path):
    logs = tmp_path / ".snakemake/slurm_logs"
    (tmp_path / "disk/elsewhere/demo_2").mkdir(parents=True)
    (tmp_path / "results").symlink_to(tmp_path / "disk/elsewhere")
    mine = [logs / "rule_train/demo_main_fold0_0/%j.log", logs / "rule_report/demo/%j.log"]
    others = [
        logs / "rule_train/demo_2_main_fold0_0/%j.log",
        tmp_path / "else/.snakemake/slurm_logs/rule_report/demo/%j.log",
        "/dev/null",
    ]
    answers("squeue", queued(*others, *mine))
    with pytest.raises(
        BadInput, match=r"2 SLURM jobs of an earlier run of demo(?s:.*)scancel 14 15"
    ):
        queues.check_earlier(tmp_path / "results/demo")
    answers("squeue", queued(*others))
    queues.check_earlier(tmp_path / "results/demo")
    with pytest.raises(BadInput, match=r"1 SLURM job of .*demo_2 is still.*: 11\n"):
        queues.check_earlier(tmp_path / "results/demo_2")
