"""The workflow on a real SLURM, set up on this machine for the test: the bytes of a local run."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import one_machine
import pytest
from one_machine import jobs

ROOT = Path(__file__).parents[2]
ON_GPU = {"train", "attribute", "explain_windows"}
# Two cores run at most three jobs; the first failure is the last.
IMPATIENT = ["--jobs", "3", "--retries", "0", "--latency-wait", "5"]


@pytest.fixture(scope="module")
def cluster():
    """A running SLURM with partitions cpu (two nodes) and gpu (one node, two pretend GPUs)."""
    with one_machine.cluster():
        yield


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
        run.wait(timeout=1800)
    finally:
        if run.poll() is None:
            run.terminate()
    printed = (folder / "output").read_text()
    assert run.returncode == 0, printed[-8000:]
    return printed


@pytest.fixture(scope="module")
def runs(cluster, tmp_path_factory):
    """Folders of the small study's tracks: made without a cluster, and on SLURM."""
    local, slurm = (tmp_path_factory.mktemp(name) for name in ("local", "slurm"))
    profile = ["--workflow-profile", str(ROOT / "profiles/slurm")]
    running = start_study(slurm, *profile, *IMPATIENT)
    try:
        # meanwhile: SLURM's share is mostly waiting for its next look at the queue
        finish(start_study(local, "--cores", "1"), local)
    finally:
        finish(running, slurm)
    return local, slurm


def test_every_job_ran_once_and_where_the_profile_says(runs):
    ran = jobs()
    assert {job["JobState"] for job in ran} == {"COMPLETED"}
    counts = Counter(job["rule"] for job in ran)
    files = (runs[0] / "results").glob("*/attribution/*/*/*.h5")
    shards = [path.stem for path in files if path.stem != "windows"]
    assert counts["train"] == 2 and counts["attribute"] == len(shards) > 2
    assert counts["evaluate"] == 1
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
