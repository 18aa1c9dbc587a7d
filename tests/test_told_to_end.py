"""A job that is told to end (SIGTERM) finishes the part that it is at, says so, and ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
JOB = """
import multiprocessing, os, signal, sys, time, types
import __main__
log = sys.argv[1]
__main__.snakemake = types.SimpleNamespace(log=[log], rule="attribute", wildcards={})
from chromolens import runlog
runlog.log_to(log)

def told():
    for again in range(2):  # as SLURM does
        os.kill(os.getpid(), signal.SIGTERM)
"""
IN_A_PART = """
for part in runlog.progress(range(4), what="parts"):
    if part == 1:
        told()
    runlog.logger.info("part %d is kept", part)
"""
BETWEEN = """
for part in runlog.progress(range(4), what="parts"):
    pass
told()
time.sleep(60)
runlog.logger.info("this is never said")
"""
IN_THE_LAST_PART = IN_A_PART.replace("part == 1", "part == 3")
# as libraries do that fork: they end their processes by SIGTERM, also while a part is at work
OF_A_CHILD = """
forking = multiprocessing.get_context("fork")

def sleep(begun):
    begun.set()
    time.sleep(60)

for part in runlog.progress(range(2), what="parts"):
    begun = forking.Event()
    child = forking.Process(target=sleep, args=(begun,))
    child.start()
    begun.wait()
    child.terminate()
    child.join()
    runlog.logger.info("the child ended with %d", child.exitcode)
"""


def run(log: Path, work: str) -> tuple[int, str]:
    command = [sys.executable, "-c", JOB + work, str(log)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=50)
    return done.returncode, log.read_text()


@pytest.mark.parametrize("work, kept", [(IN_A_PART, [0, 1]), (BETWEEN, [])])
def test_the_part_at_work_is_finished_and_the_log_says_why(tmp_path, work, kept):
    status, said = run(tmp_path / "job.log", work)
    assert status == 1
    assert [f"part {number} is kept" in said for number in range(4)] == [
        n in kept for n in range(4)
    ]
    assert "told to end (SIGTERM)" in said.splitlines()[-1] and "never" not in said
    assert not (tmp_path / "job.log.now").exists()


def test_a_job_that_is_at_its_last_part_goes_on_to_its_end(tmp_path):
    status, said = run(tmp_path / "job.log", IN_THE_LAST_PART)
    assert status == 0 and "part 3 is kept" in said and "told to end" not in said


def test_a_forked_process_ends_at_once(tmp_path):
    status, said = run(tmp_path / "job.log", OF_A_CHILD)
    assert status == 0 and said.count("the child ended with -15") == 2
