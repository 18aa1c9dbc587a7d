"""Jobs of one machine share its GPUs out; the devices are pretended, the processes are real."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import tensorflow as tf

from chromolens.commands import check
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


def test_check_says_what_a_driver_without_cuda_lacks(tmp_path, monkeypatch):
    (tmp_path / "0000:01:00.0").mkdir()
    text = "Model: \t\t NVIDIA H200\nIRQ:   \t 24\n"
    (tmp_path / "0000:01:00.0/information").write_text(text)
    assert gpus.of_driver(tmp_path) == ["NVIDIA H200"]
    assert gpus.of_driver(tmp_path / "none") == []
    monkeypatch.setattr(check, "of_driver", lambda: ["NVIDIA H200"])
    monkeypatch.setattr(check, "_usable", lambda: 0)
    assert f'pip install "tensorflow[and-cuda]=={tf.__version__}"' in check.gpus()
    monkeypatch.setattr(check, "_usable", lambda: 1)
    assert check.gpus() == "GPU: NVIDIA H200"
