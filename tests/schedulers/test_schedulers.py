"""Profiles of schedulers that are not here: SGE, PBS, LSF and Kubernetes are pretended and run
jobs; of HTCondor's jobs the descriptions are compared.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIGS = [ROOT / "config/config.yaml", ROOT / "tests/configs/small.yaml"]
PRETENDED = Path(__file__).with_name("pretended")
SGE = ("qsub", "qstat", "qdel")
LSF = ("bsub", "bjobs", "bkill", "badmin", "lsclusters", "bqueues")
QUICK = ["--seconds-between-status-checks", "1", "--latency-wait", "5"]


@pytest.fixture(scope="module")
def plugins() -> Path:
    """The folder with the executor plugins."""
    folder = Path(os.environ.get("CHROMOLENS_ORACLES", ROOT / ".oracles")).resolve()
    if not (folder / "snakemake_executor_plugin_cluster_generic").is_dir():
        pytest.skip(f"no executor plugins in {folder}: make oracles, or set CHROMOLENS_ORACLES")
    return folder


@pytest.fixture
def scheduler(tmp_path, plugins) -> Path:
    """The folder of a pretended SGE and LSF, its commands below ``bin``."""
    folder = tmp_path / "scheduler"
    (folder / "bin").mkdir(parents=True)
    for name in (*SGE, *LSF, "kubectl"):
        (folder / "bin" / name).symlink_to(PRETENDED / "schedulers.sh")
    parameters = folder / "lsbatch/here/configdir/lsb.params"
    parameters.parent.mkdir(parents=True)
    parameters.write_text("DEFAULT_QUEUE = cpu\n")
    return folder


def start(scheduler: Path, plugins: Path, profile: str, *options: str) -> subprocess.Popen:
    """Run the small study on a pretended scheduler, with the profile as it is shipped."""
    environment = {key: value for key, value in os.environ.items() if key != "SGE_ROOT"}
    environment |= {"SGE_ROOT": str(scheduler)} if profile == "sge" else {}
    environment |= {
        "PRETENDED": str(scheduler),
        "PATH": f"{scheduler / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT}:{PRETENDED}:{plugins}",
        "CHROMOLENS_LATENCY": "0",
    }
    study = scheduler.with_name("study")
    study.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "chromolens", "run", *CONFIGS, "--profile", profile]
    with open(scheduler / "printed", "w") as printed:
        return subprocess.Popen(
            [*command, "--verbose", *QUICK, *options],
            env=environment,
            cwd=study,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def submitted(scheduler: Path) -> list[str]:
    """The options of each submission, in turn, without the job itself."""
    jobs = sorted((scheduler / "jobs").iterdir(), key=lambda path: int(path.name))
    return [" ".join(path.read_text().splitlines()[:-1]) for path in jobs]


def printed(scheduler: Path) -> str:
    """What the run said."""
    return (scheduler / "printed").read_text()[-6000:]


def run_until_training(scheduler: Path, plugins: Path, profile: str) -> dict[str, list[str]]:
    """Submissions by rule, of a run whose first job is lost once, and its trainings always."""
    (scheduler / "lost").write_text("simulate_genome\n" + "train\n" * 99)
    run = start(scheduler, plugins, profile, "--until", "train")
    assert run.wait(timeout=900) == 1, printed(scheduler)
    assert list(scheduler.with_name("study").glob("results/small/inputs/windows.tsv.gz"))
    rules = ("simulate_genome", "prepare_genome", "prepare_inputs", "train")
    return {rule: [one for one in submitted(scheduler) if rule in one] for rule in rules}


def test_sge_gets_jobs_and_gets_lost_ones_again_with_more(scheduler, plugins):
    asked = run_until_training(scheduler, plugins, "sge")
    first, again = asked["simulate_genome"]
    assert "-N simulate_genome" in first and "-l gpu=1" not in first
    assert "-l mem_free=2000M -l h_rt=0:30:0" in first
    assert "-l mem_free=4000M -l h_rt=0:60:0" in again
    assert len(asked["prepare_genome"]) == len(asked["prepare_inputs"]) == 1
    assert all(line.endswith("-l gpu=1") for line in asked["train"])
    wanted = [f"-l mem_free={4000 * n}M -l h_rt=0:{240 * n}:0" for n in (1, 2, 3)]
    found = [[line for line in asked["train"] if want in line] for want in wanted]
    assert [len(lines) for lines in found] == [4, 4, 4]  # two models, two folds


def test_pbs_gets_jobs_and_gets_a_lost_one_again_with_more(scheduler, plugins):
    (scheduler / "lost").write_text("simulate_genome\n")
    run = start(scheduler, plugins, "pbs", "--until", "simulate_genome")
    assert run.wait(timeout=900) == 0, printed(scheduler)
    first, again = submitted(scheduler)
    assert first.endswith("-l walltime=30:00 -l select=1:ncpus=1:mem=2000mb")
    assert again.endswith("-l walltime=60:00 -l select=1:ncpus=1:mem=4000mb")


def test_a_run_that_is_stopped_takes_its_jobs_along(scheduler, plugins):
    (scheduler / "hanging").write_text("simulate_genome\n")
    run = start(scheduler, plugins, "sge", "--until", "prepare_inputs")
    stop_when_it_runs(scheduler, run)


def stop_when_it_runs(scheduler: Path, run: subprocess.Popen) -> None:
    """Ctrl-C while the first job is at work, which must not live on."""
    job = scheduler / "running/1"
    for _ in range(300):
        if job.exists():
            break
        time.sleep(1)
    time.sleep(2)
    os.killpg(run.pid, signal.SIGINT)
    assert run.wait(timeout=120) != 0
    assert (scheduler / "ended/1").read_text() == "143\n", printed(scheduler)
    left = Path("/proc", job.read_text().strip())
    for _ in range(100):
        if not left.exists():
            break
        time.sleep(0.1)
    assert not left.exists()


def test_lsf_gets_jobs_and_gets_lost_ones_again_with_more(scheduler, plugins):
    asked = run_until_training(scheduler, plugins, "lsf")
    first, again = asked["simulate_genome"]
    assert "-P default -q cpu -W 30 -n 1 -R rusage[mem=2000.0] -R span[hosts=1]" in first
    assert "-q cpu -W 60 -n 1 -R rusage[mem=4000.0]" in again
    wanted = [f"-q gpu -W {240 * n} -n 1 -R rusage[mem={4000.0 * n}]" for n in (1, 2, 3)]
    found = [[line for line in asked["train"] if want in line] for want in wanted]
    assert [len(lines) for lines in found] == [4, 4, 4]
    assert all("-gpu num=1" in line for line in asked["train"])


def test_kubernetes_gets_jobs_and_gets_lost_ones_again_with_more(scheduler, plugins):
    (scheduler / "lost").write_text("simulate_genome\n" + "train\n" * 99)
    run = start(scheduler, plugins, "kubernetes", "--until", "train")
    assert run.wait(timeout=900) == 1, printed(scheduler)
    study = scheduler.with_name("study")
    assert list(study.glob("results/small/inputs/windows.tsv.gz"))
    asked: dict[str, list[dict]] = {}
    for path in sorted((scheduler / "jobs").iterdir(), key=lambda path: int(path.name)):
        job = json.loads(path.read_text())
        asked.setdefault(job["metadata"]["generateName"], []).append(job["spec"])
    first, again = asked["simulate-genome-"]
    assert [limits(spec) for spec in (first, again)] == [{"memory": "2000M"}, {"memory": "4000M"}]
    pod, later = (spec["template"]["spec"] for spec in (first, again))
    assert [one["activeDeadlineSeconds"] for one in (pod, later)] == [30 * 60, 60 * 60]
    assert pod["volumes"][0]["persistentVolumeClaim"] == {"claimName": "studies"}
    assert pod["containers"][0]["volumeMounts"] == [{"name": "study", "mountPath": "/studies"}]
    assert pod["containers"][0]["workingDir"] == str(study)
    assert len(asked["prepare-genome-"]) == len(asked["prepare-inputs-"]) == 1
    gpu = [{"memory": f"{4000 * n}M", "nvidia.com/gpu": 1} for n in (1, 2, 3)]
    assert [[limits(spec) for spec in asked["train-"]].count(one) for one in gpu] == [4, 4, 4]


def limits(spec: dict) -> dict:
    (container,) = spec["template"]["spec"]["containers"]
    return container["resources"]["limits"]


def test_jobs_of_kubernetes_that_are_stopped_are_deleted(scheduler, plugins):
    (scheduler / "hanging").write_text("simulate_genome\n")
    run = start(scheduler, plugins, "kubernetes", "--until", "prepare_inputs")
    stop_when_it_runs(scheduler, run)


def test_htcondor_is_asked_for_what_the_profile_says(scheduler, plugins):
    run = start(scheduler, plugins, "htcondor", "--until", "simulate_genome")
    assert run.wait(timeout=900) != 0
    assert "this HTCondor takes no jobs" in printed(scheduler)
    asked = json.loads((scheduler / "jobs/1").read_text())
    assert asked["executable"] == sys.executable
    assert "-m snakemake --snakefile" in asked["arguments"]
    assert asked["request_cpus"] == "1" and asked["request_memory"] == 4000
    assert asked["allowed_execute_duration"] == 4 * 60 * 60
    assert "request_gpus" not in asked
