"""What befalls a study on SLURM: each thing is done to a shard in its middle, and recovered from.

The bytes are those of an undisturbed run, no job is lost, none is completed twice, and the next
attempt goes on where the shard was. At the end a table says so.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress

import one_machine
import pandas as pd
import psutil
import pytest
from underway import Underway, told_to_end

OUTAGE = 75  # seconds without a controller
# As libraries do that take more and more memory; in the job's own process, as SLURM counts it.
GREEDY = """
import pathlib, threading, time
def take(sign):
    while not sign.exists():
        time.sleep(0.05)
    sign.unlink()
    taken = b"x" * 3_000_000_000
    time.sleep(60)
if b"/.snakemake/scripts/" in pathlib.Path("/proc/self/cmdline").read_bytes():
    sign = pathlib.Path({sign!r})
    threading.Thread(target=take, args=(sign,), daemon=True).start()
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    with one_machine.cluster():
        yield


@pytest.fixture(scope="module")
def table() -> Iterator[list[dict]]:
    """Rows of what was done, printed at the end."""
    rows: list[dict] = []
    yield rows
    print("\n\n" + pd.DataFrame(rows).to_markdown(index=False))


@pytest.fixture
def recovered(cluster, table):
    """Hold what came of a disturbed run against what was promised, and note it."""

    def judge(disturbed: Underway, rows: list[dict]) -> None:
        lost, twice = disturbed.lost(), disturbed.run_twice()
        rows = [{**row, "lost": len(lost), "run twice": len(twice)} for row in rows]
        table.extend(rows)
        print(*rows, sep="\n", flush=True)
        assert not lost and not twice
        for row in rows:
            assert int(row["resumed at"] or 0) >= int(row["done when cut"] or 0), row

    return judge


def row(injected: str, word: str, cut: float | None = None, resumed: int | None = None) -> dict:
    """One thing that was done: SLURM's word for it, and percentages where the shard was cut."""
    done = "" if cut is None else int(100 * cut)
    at = "" if resumed is None else resumed
    return {"injected": injected, "SLURM says": word, "done when cut": done, "resumed at": at}


def finish(disturbed: Underway) -> str:
    status, said = disturbed.end()
    assert status == 0, said[-5000:]
    return said


def exceed_memory(disturbed: Underway) -> None:
    (disturbed.folder / "greedy").touch()
    disturbed.go_on()


def exceed_time(disturbed: Underway) -> None:
    limit = f"JobId={disturbed.job()['JobId']} TimeLimit=1"
    subprocess.run(["scontrol", "update", *limit.split()], check=True)
    go_on_when_told(disturbed)


def cancel(disturbed: Underway) -> None:
    subprocess.run(["scancel", disturbed.job()["JobId"]], check=True)
    go_on_when_told(disturbed)


def go_on_when_told(disturbed: Underway) -> None:
    process = disturbed.process()
    disturbed.until(lambda: told_to_end(process), "SIGTERM")
    disturbed.go_on()


def kill_node(disturbed: Underway) -> None:
    """Kill the daemon of the shard's node, then its job there with all its processes."""
    job = disturbed.job()
    daemon = one_machine.FOLDER / f"run/slurmd-{job['NodeList']}.pid"
    os.kill(int(daemon.read_text()), signal.SIGKILL)
    daemon.unlink()
    for one in psutil.process_iter(["cmdline"]):
        with suppress(psutil.Error):
            step = " ".join(one.info["cmdline"] or ())
            if step.startswith(f"slurmstepd: [{job['JobId']}."):
                for process in [*one.children(recursive=True), one]:
                    process.kill()


# What is done, how, what SLURM calls it (memory: without cgroups).
FAULTS = [
    ("a job over its memory", exceed_memory, "FAILED"),
    ("a job out of time", exceed_time, "TIMEOUT"),
    ("scancel by hand", cancel, "CANCELLED"),
    ("a node that dies", kill_node, "NODE_FAIL"),
]


def test_a_shard_that_is_cut_again_and_again(undisturbed, tmp_path, recovered):
    disturbed = Underway(undisturbed, tmp_path / "study", options={"retries": len(FAULTS)})
    greedy = GREEDY.format(sign=str(disturbed.folder / "greedy"))
    (tmp_path / "sitecustomize.py").write_text(greedy)
    disturbed.environment = {"PYTHONPATH": str(tmp_path)}
    disturbed.start()
    rows: list[dict] = []
    for injected, inject, word in FAULTS:
        share = disturbed.stop_in_the_middle()
        if rows:
            rows[-1]["resumed at"] = disturbed.resumed()
        rows.append(row(injected, word, share))
        job = disturbed.job()
        inject(disturbed)
        over = [word, "COMPLETED"]
        disturbed.until(lambda: disturbed.state_of(job) in over, f"the end of {injected}")  # noqa: B023
    finish(disturbed)
    rows[-1]["resumed at"] = disturbed.resumed()
    one_machine.control("daemon", str(one_machine.FOLDER), job["NodeList"])
    shard = [one for one in disturbed.jobs() if one["rule"] == "attribute"]
    assert [one["JobState"] for one in shard] == [word for *_, word in FAULTS] + ["COMPLETED"]
    assert [one["MinMemoryNode"] for one in shard] == [f"{1500 * n}M" for n in range(1, 6)]
    recovered(disturbed, rows)


def test_a_preempted_job_is_requeued_by_slurm(undisturbed, tmp_path, recovered):
    options = {"slurm-requeue": True, "slurm-no-requeue": False}
    disturbed = Underway(undisturbed, tmp_path / "study", {"slurm_partition": "spare"}, options)
    disturbed.start()
    share = disturbed.stop_in_the_middle()
    job = disturbed.job()
    more_urgent = ["sbatch", "--partition=cpu", f"--nodelist={job['NodeList']}", "--exclusive"]
    subprocess.run([*more_urgent, "--output=/dev/null", "--wrap=sleep 5"], check=True)
    go_on_when_told(disturbed)
    finish(disturbed)
    (again,) = [one for one in disturbed.jobs() if one["JobId"] == job["JobId"]]
    assert again["Restarts"] == "1" and again["JobState"] == "COMPLETED"
    word = "requeued"
    recovered(disturbed, [row("preemption, with requeue", word, share, disturbed.resumed())])


def test_the_controller_is_killed_and_started_again(undisturbed, tmp_path, recovered):
    disturbed = Underway(undisturbed, tmp_path / "study")
    disturbed.start()
    disturbed.stop_in_the_middle()
    daemon = one_machine.FOLDER / "run/slurmctld.pid"
    os.kill(int(daemon.read_text()), signal.SIGKILL)
    disturbed.go_on()
    time.sleep(OUTAGE)
    one_machine.control("daemon", str(one_machine.FOLDER), "slurmctld")
    # Without accounting the plugin asked in vain, forgot its jobs, and would wait for ever.
    disturbed.run.send_signal(signal.SIGINT)
    disturbed.end()
    disturbed.until(lambda: not queued(disturbed), "the end of the jobs")
    disturbed.start()
    finish(disturbed)
    recovered(disturbed, [row(f"slurmctld killed, back after {OUTAGE} s", "COMPLETED")])


@pytest.mark.parametrize("patient", [True, False], ids=["jobs waited for", "jobs cancelled"])
def test_snakemake_is_killed_and_run_again(undisturbed, tmp_path, recovered, patient):
    disturbed = Underway(undisturbed, tmp_path / "study")
    disturbed.start()
    share = disturbed.stop_in_the_middle()
    job = disturbed.job()["JobId"]
    disturbed.run.kill()
    disturbed.run.wait()
    disturbed.start()
    status, said = disturbed.end()
    assert status and "--unlock" in said, said[-3000:]
    disturbed.start("--unlock")
    finish(disturbed)
    disturbed.start()
    status, said = disturbed.end()
    assert status and re.search(rf"still queued or running: .*\b{job}\b", said), said[-3000:]
    if patient:
        disturbed.go_on()
    else:
        cancel(disturbed)
    disturbed.until(lambda: not queued(disturbed), "the end of the jobs that were left")
    disturbed.start()
    finish(disturbed)
    if patient:
        done = row("Snakemake killed, its job waited for", "COMPLETED")
    else:
        cut = share, disturbed.resumed()
        done = row("Snakemake killed, its job cancelled", "CANCELLED", *cut)
    recovered(disturbed, [done])


def queued(disturbed: Underway) -> list[str]:
    """Numbers of the run's jobs that aren't over."""
    over = ("COMPLETED", "CANCELLED", "FAILED")
    return [one["JobId"] for one in disturbed.jobs() if one["JobState"] not in over]
