"""A SLURM on this machine for tests, and what it has run."""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("slurm_cluster.sh")
FOLDER = Path("/run/chromolens-slurm")  # fixed: the next run ends what a killed one left


def control(*arguments: str) -> None:
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


@contextlib.contextmanager
def cluster(*kind: str) -> Iterator[None]:
    """A running SLURM for the block; ``kind``: see the script."""
    if os.getuid() != 0 or not shutil.which("apt-get"):
        pytest.skip("SLURM: only root on Debian can set one up for the test")
    if Path("/dev/nvidia0").exists():
        pytest.skip("SLURM: jobs would take this machine's real GPUs for the pretend ones")
    with open("/run/chromolens-slurm.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the ports and /etc/slurm are the machine's
        control("install")
        try:
            control("start", str(FOLDER), *kind)
            yield
        finally:
            subprocess.run(["bash", SCRIPT, "stop", FOLDER], check=True, timeout=120)


def jobs() -> list[dict[str, str]]:
    """The fields of every job that SLURM has run, with the ``rule`` it was for."""
    shown = subprocess.run(
        ["scontrol", "--oneliner", "show", "job"], capture_output=True, text=True, check=True
    )
    found = [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in shown.stdout.splitlines()]
    return [
        job | {"rule": re.match("rule_(.*?)(_wildcards|$)", job["Comment"]).group(1)}
        for job in found
        if "Comment" in job
    ]
