"""The workflow on a real SLURM, set up on this machine for the test: the bytes of a local run."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("slurm_cluster.sh")
FOLDER = Path("/run/chromolens-slurm")  # fixed: the next run ends what a killed one left
ON_GPU = {"train", "attribute", "explain_windows"}
# Two cores run at most three jobs; the first failure is the last.
IMPATIENT = ["--jobs", "3", "--retries", "0", "--latency-wait", "5"]


def control_cluster(*arguments: str) -> None:
    """Run the script; skip the tests, with its last words, where it can't do its work."""
    try:
        done = subprocess.run(
            ["bash", SCRIPT, *arguments], capture_output=True, text=True, timeout=120
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"SLURM: {arguments[0]} took more than two minutes")
    if done.returncode:
        words = " | ".join((done.stdout + done.stderr).strip().splitlines()[-3:])
        pytest.skip(f"SLURM: {arguments[0]} failed: {words}")


@pytest.fixture(scope="module")
def cluster():
    """A running SLURM with partitions cpu (two nodes) and gpu (one node, two pretend GPUs)."""
    if os.getuid() != 0 or not shutil.which("apt-get"):
        pytest.skip("SLURM: only root on Debian can set one up for the test")
    if Path("/dev/nvidia0").exists():
        pytest.skip("SLURM: jobs would take this machine's real GPUs for the pretend ones")
    with open("/run/chromolens-slurm.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the ports and /etc/slurm are the machine's
        control_cluster("install")
        try:
            control_cluster("start", str(FOLDER))
            yield
        finally:
            subprocess.run(["bash", SCRIPT, "stop", FOLDER], check=True, timeout=120)


def start_study(folder: Path, *arguments: str) -> subprocess.Popen:
    """Start Snakemake on the tracks of the small study, with its results below ``folder``."""
    folder.mkdir(exist_ok=True)
    files = [ROOT / "config/config.yaml", ROOT / "tests/configs/small.yaml"]
    command = [sys.executable, "-m", "snakemake", "tracks", "--snakefile", ROOT / "Snakefile"]
    command += ["--directory", folder, "--configfile", *files, *arguments]
    with open(folder / "output", "w") as output:
        return subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=folder)


def finish(run: subprocess.Popen, folder: Path) -> str:
    """What the run printed; it must have succeeded."""
    try:
        run.wait(timeout=900)
    finally:
        if run.poll() is None:
            run.terminate()
    printed = (folder / "output").read_text()
    assert run.returncode == 0, printed[-8000:]
    return printed


def jobs() -> list[dict[str, str]]:
    """The fields of every job that SLURM has run, with the ``rule`` it was for."""
    shown = subprocess.run(
        ["scontrol", "--oneliner", "show", "job"], capture_output=True, text=True, check=True
    )
    found = [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in shown.stdout.splitlines()]
    return [
        job | {"rule": re.match("rule_(.*?)(_wildcards|$)", job["Comment"]).group(1)}
        for job in found
    ]


@pytest.fixture(scope="module")
def runs(cluster, request, tmp_path_factory):
    """Folders of the small study's results: without a cluster, and on SLURM."""
    slurm = tmp_path_factory.mktemp("slurm")
    profile = ["--workflow-profile", str(ROOT / "profiles/slurm")]
    running = start_study(slurm, *profile, *IMPATIENT)
    try:
        # meanwhile: SLURM's share is mostly waiting for its next look at the queue
        local = request.getfixturevalue("small_study")
    finally:
        finish(running, slurm)
    return local, slurm


def test_every_job_ran_once_and_where_the_profile_says(runs):
    ran = jobs()
    assert {job["JobState"] for job in ran} == {"COMPLETED"}
    counts = Counter(job["rule"] for job in ran)
    assert counts["train"] == 2 and counts["attribute"] == 4 and counts["evaluate"] == 1
    placed = {(job["rule"], job["Partition"]) for job in ran}
    assert placed == {(rule, "gpu" if rule in ON_GPU else "cpu") for rule in counts}


def test_jobs_on_the_gpu_partition_asked_for_one_gpu(runs):
    asked = {job["rule"]: job.get("TresPerJob", "") for job in jobs()}
    assert {rule for rule, what in asked.items() if "gpu" in what} == ON_GPU
    assert {asked[rule] for rule in ON_GPU} == {"gres:gpu:1"}


def test_tracks_have_the_bytes_of_a_local_run(runs):
    local, slurm = (sorted((run / "results").rglob("*.bw")) for run in runs)
    assert len(local) == 4  # contributions, scaled, predictions, observed
    assert [path.name for path in local] == [path.name for path in slurm]
    for one, other in zip(local, slurm, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_a_run_without_the_cluster_has_nothing_left_to_do(runs):
    again = start_study(runs[1], "--cores", "1", "--dry-run")
    assert "Nothing to be done" in finish(again, runs[1])
