"""Jobs and Snakemake are killed during the jobs' work; a plain rerun must give the same results.

FAULTS: at least how many kills (50). A scene takes a copy of the finished small study and removes
what rules make that don't need each other. While it is remade, each job is killed at a drawn share
of the time that its work took undisturbed; with the last one it is Snakemake, with its jobs or
without.
"""

import graphlib
import os
import random
import re
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path

import psutil
from disturbed import BEGINS, Output, attempt, copy, differences, outputs, snakemake

FAULTS = int(os.environ.get("FAULTS", "50"))
SHORTEST = 0.5  # seconds of work in which a kill can be placed
OTHER_JOB = "another job is making this file now"


def scenes(study: Path) -> list[list[Output]]:
    """One result of each job of rules that don't need each other; most jobs first."""
    command = snakemake(study, "--cores", "1", "--rulegraph")
    dot = subprocess.run(command, cwd=study, capture_output=True, text=True, check=True).stdout
    rules = dict(re.findall(r'(\d+)\[label = "(\w+)"', dot))
    needs: dict[str, set[str]] = {rule: set() for rule in rules.values()}
    for needed, needing in re.findall(r"(\d+) -> (\d+)", dot):
        needs[rules[needing]].add(rules[needed])
    of_jobs = {made.log: made for made in outputs(study) if made.work > SHORTEST}
    order = graphlib.TopologicalSorter(needs)
    order.prepare()
    found = []
    while order.is_active():
        ready = order.get_ready()
        found.append([one for one in of_jobs.values() if one.rule in ready])
        order.done(*ready)
    return sorted(filter(None, found), key=len, reverse=True)


def find_job(run: psutil.Popen, log: Path) -> list[psutil.Process]:
    """The process that writes ``log``; none if it is over."""
    for one in run.children(recursive=True):
        with suppress(psutil.Error):  # it has ended meanwhile
            script = "/.snakemake/scripts/" in " ".join(one.cmdline())
            if script and str(log) in {file.path for file in one.open_files()}:
                return [one]
    return []


def has_begun(log: Path) -> bool:
    return log.exists() and bool(BEGINS.search(log.read_text()))


def disturb(
    folder: Path, made: list[Output], draw: random.Random
) -> tuple[list[tuple[str, str]], list[psutil.Process]]:
    """Rule and victim of each kill while ``made`` is made again; the processes that live on."""
    for one in made:
        (folder / one.path).unlink()
        (folder / one.log).unlink()
    command = snakemake(folder, "--cores", "2", "--keep-going", *[one.path for one in made])
    with open(folder / "said", "w") as said:
        run = psutil.Popen(command, cwd=folder, stdout=said, stderr=subprocess.STDOUT)
    waiting, due, kills = list(made), dict[Output, float](), []
    family: list[psutil.Process] = []
    while run.poll() is None:
        for one in [one for one in waiting if has_begun(folder / one.log)]:
            waiting.remove(one)
            due[one] = time.monotonic() + draw.random() * one.work
        for one in [one for one, moment in due.items() if moment < time.monotonic()]:
            del due[one]
            if not (job := find_job(run, folder / one.log)):
                continue  # it was faster than undisturbed
            whom = "a job" if waiting or due else draw.choice(("Snakemake", "both"))
            family = run.children(recursive=True)
            doomed = {"a job": job, "Snakemake": [run], "both": [run, *family]}[whom]
            for process in doomed:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            kills.append((one.rule, whom))
        time.sleep(0.02)
    return kills, family


def recover(folder: Path, made: list[Output], family: list[psutil.Process]) -> str:
    """Run again, doing what is said; what was of no use, empty if all is well."""
    again = ("--cores", "2", *[one.path for one in made])
    status, said = attempt(folder, *again)
    if "--unlock" in said:
        attempt(folder, "--unlock")
        status, said = attempt(folder, *again)
    alive = psutil.wait_procs(family, timeout=600)[1]
    if status and OTHER_JOB in said:
        status, said = attempt(folder, *again)
    return f"{alive or ''}{said[-2000:] if status else ''}"


def play(number: int, made: list[Output], study: Path, folder: Path) -> Counter:
    """How often a rule's job was killed with what end in the scene of this ``number``."""
    with copy(study, folder / str(number)) as disturbed:
        kills, family = disturb(disturbed, made, random.Random(number))
        wrong = recover(disturbed, made, family) or differences(disturbed, study)
    end = f"LOST OR WRONG {wrong}" if wrong else "recovered"
    print(f"scene {number}: {len(kills)} kills: {kills}, {end}", flush=True)
    return Counter((*kill, end) for kill in kills)


def test_a_plain_rerun_after_kills_gives_the_same_results(small_study: Path, tmp_path: Path):
    counts: Counter = Counter()
    parts = scenes(small_study)
    assert len({one.rule for made in parts for one in made}) > 20
    numbers = count()
    with ThreadPoolExecutor(2) as pool:
        while counts.total() < FAULTS:
            pair = [next(numbers), next(numbers)]
            made = [parts[number % len(parts)] for number in pair]
            for found in pool.map(play, pair, made, [small_study] * 2, [tmp_path] * 2):
                counts += found
    print("\n| rule | killed | end | kills |\n| --- | --- | --- | --- |")
    for (rule, whom, end), kills_of in sorted(counts.items()):
        print(f"| {rule} | {whom} | {end} | {kills_of} |")
    assert {end for _, _, end in counts} == {"recovered"}
