"""Jobs of one machine share its GPUs out; the devices are pretended, the processes are real."""

import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import tensorflow as tf

from chromolens.commands import check
from chromolens.errors import BadInput
from chromolens.models import devices, gpus

ROOT = Path(__file__).parents[2]
DEVICES = ["0", "1", "2", "3"]
JOB = """
import sys
from chromolens.models.gpus import take
print(take(sys.argv[2].split(","), sys.argv[1]), flush=True)
sys.stdin.read()
"""


def start(folder: Path) -> tuple[subprocess.Popen, str]:
    """A job that holds a device until its input ends: the process and the device."""
    command = [sys.executable, "-c", JOB, str(folder), ",".join(DEVICES)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    child = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, **pipes)
    return child, child.stdout.readline().strip()


@pytest.mark.parametrize(("at_once", "shared"), [(4, 1), (8, 2)])
def test_twelve_jobs_on_four_devices(tmp_path, at_once, shared):
    running = []
    for number in range(12):
        if len(running) == at_once:
            running.pop(number % at_once)[0].communicate()
        running.append(start(tmp_path))
        counts = Counter(name for _, name in running)
        assert max(counts.values()) <= shared
        assert len(counts) == min(len(running), len(DEVICES))
    for child, _ in running:
        child.communicate()


def test_all_are_in_use_and_a_killed_jobs_device_is_free_again(tmp_path):
    jobs = [start(tmp_path) for _ in range(8)]
    assert Counter(name for _, name in jobs) == {name: 2 for name in DEVICES}
    killed, name = jobs.pop(5)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    jobs.append(start(tmp_path))
    assert jobs[-1][1] == name
    for child, _ in jobs:
        child.communicate()


@pytest.mark.parametrize(
    ("visible", "number", "expected"),
    [
        (None, 2, ["0", "1"]),
        ("2, 3", 2, ["2", "3"]),
        ("GPU-8f2a,MIG-GPU-1/2/0", 2, ["GPU-8f2a", "MIG-GPU-1_2_0"]),
        ("2,3", 1, ["0"]),  # TensorFlow takes the first only: so it says
    ],
)
def test_what_was_made_visible_names_them(visible, number, expected):
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert gpus.names(number, environment) == expected


def test_a_job_sees_its_own_device_alone(tmp_path, monkeypatch):
    listed = [f"/physical_device:GPU:{index}" for index in range(3)]
    used, grown = [], []
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: listed)
    monkeypatch.setattr(tf.config, "set_visible_devices", lambda chosen, kind: used.extend(chosen))
    monkeypatch.setattr(
        tf.config.experimental, "set_memory_growth", lambda gpu, on: grown.append(gpu)
    )
    for kind in ("intra", "inter"):  # TensorFlow may have started, with other threads
        name = f"set_{kind}_op_parallelism_threads"
        monkeypatch.setattr(tf.config.threading, name, lambda threads: None)
    monkeypatch.setattr(gpus, "_folder", lambda: tmp_path)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    child, name = start(tmp_path)  # another job has the first
    devices.configure()
    child.communicate()
    assert name == "0" and used == grown == listed[1:2]


def test_the_driver_names_its_gpus(tmp_path):
    (tmp_path / "0000:01:00.0").mkdir()
    text = "Model: \t\t NVIDIA H200\nIRQ:   \t 24\n"
    (tmp_path / "0000:01:00.0/information").write_text(text)
    assert gpus.of_driver(tmp_path) == ["NVIDIA H200"]
    assert gpus.of_driver(tmp_path / "none") == []


@pytest.fixture
def anyones() -> Iterator[Path]:
    """A folder for device files; in it, the process has an ordinary user's rights."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            os.seteuid(user)


def test_why_a_gpu_of_the_driver_cannot_be_used(anyones):
    assert "no " + str(anyones / "nvidia0") in gpus.why_unusable(anyones)[0]
    assert "--nv" in gpus.why_unusable(anyones)[1]
    for name in ("nvidiactl", "nvidia0", "nvidia1"):
        (anyones / name).touch(0o000 if name != "nvidiactl" else 0o666)
    assert gpus.why_unusable(anyones)[0] == f"no permission to open {anyones / 'nvidia0'}"
    (anyones / "nvidia1").chmod(0o666)  # one is enough
    assert f'"tensorflow[and-cuda]=={tf.__version__}"' in gpus.why_unusable(anyones)[1]


@pytest.mark.parametrize("given", ["0", "2,3", "GPU-8f2a", "MIG-GPU-1/2/0"])
def test_a_job_that_cannot_use_the_gpu_it_was_given_says_why(monkeypatch, given):
    environment = {"CUDA_VISIBLE_DEVICES": given}
    gpus.check_given(environment)  # no driver is here, as in the tests of clusters
    monkeypatch.setattr(gpus, "of_driver", lambda: ["NVIDIA H200"])
    with pytest.raises(BadInput, match=f"(?s)NVIDIA H200.*VISIBLE_DEVICES={given}.*on the CPU"):
        gpus.check_given(environment)


@pytest.mark.parametrize("given", [None, "", "-1", "NoDevFiles"])
def test_a_job_without_a_gpu_computes_on_the_cpu(monkeypatch, given):
    monkeypatch.setattr(gpus, "of_driver", lambda: ["NVIDIA H200"])
    gpus.check_given({} if given is None else {"CUDA_VISIBLE_DEVICES": given})


def test_check_says_why_gpus_cannot_be_used(monkeypatch):
    monkeypatch.setattr(check, "of_driver", lambda: ["NVIDIA H200"])
    monkeypatch.setattr(check, "_usable", lambda: 0)
    why, remedy = gpus.why_unusable()
    assert why in check.gpus() and remedy in check.gpus()
    monkeypatch.setattr(check, "_usable", lambda: 1)
    assert check.gpus() == "GPU: NVIDIA H200"
