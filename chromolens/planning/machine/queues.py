"""What a scheduler would make of a run, asked before it: its queues, their limits, jobs at work.

SLURM calls its queues partitions.
"""

import os
import shutil
import subprocess
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from chromolens.console.words import minutes as in_words
from chromolens.errors import BadInput, nearest

_LISTED = {
    "slurm_partition": ("sinfo", "--format=%R|%l"),
    "lsf_queue": ("bqueues", "-w"),
}
"""Resource of Snakemake's that names queues, and the command that lists them, below its titles."""
_FULL = 0.8
"""A job that fits takes at most this part of its time: jobs differ."""


def check_queues(
    rules: Collection[Any],
    attempts: int = 1,
    *,
    seconds: float = float("nan"),
    shard_size: int = 0,
) -> str:
    """What to tell the user of shards that take longer than their jobs may; else empty.

    Nothing is asked where no rule has a queue, or its scheduler isn't here.

    Parameters
    ----------
    rules
        Snakemake's, of which ``name`` and ``resources`` are read.
    attempts
        How often a job is tried: what it asks for may grow with each.
    seconds
        Of one shard's job of ``shard_size`` bases; NaN where it wasn't measured.

    Raises
    ------
    BadInput
        A queue that the scheduler doesn't know, or one whose limit is shorter than what a job asks
        for: SLURM would let it wait for ever.
    """
    minutes = float("inf")
    for rule, resource, queue, limits in _asking(rules):
        if queue not in limits:
            raise _unknown(rule.name, resource, queue, sorted(limits))
        for attempt in range(1, attempts + 1):
            asked = _asked(rule, "runtime", attempt)
            if isinstance(asked, int) and asked > limits[queue]:
                shorter = _shorter_shards(rule.name, seconds, shard_size, limits[queue])
                at = f"{resource} {queue} (attempt {attempt})"
                raise _too_long(rule.name, at, asked, limits[queue], shorter)
        if rule.name == "attribute":
            minutes = _asked(rule, "runtime", 1)
    shorter = _shorter_shards("attribute", seconds, shard_size, minutes)
    return shorter and (
        f"shards are cut by their jobs' time, {minutes} min, and go on in another attempt\n"
        f"  what to do: {shorter}Or a longer runtime in the profile\n"
    )


def _asking(rules: Collection[Any]) -> Iterator[tuple[Any, str, str, dict[str, float]]]:
    """Each rule, the resource that names its queue, the queue, and the limits of all queues."""
    for resource, command in _LISTED.items():
        asking = [rule for rule in rules if _asked(rule, resource, 1)]
        limits = _limits(command) if asking else {}
        for rule in asking if limits else []:
            for queue in str(_asked(rule, resource, 1)).split(","):
                yield rule, resource, queue, limits


def _unknown(rule: str, resource: str, queue: str, known: list[str]) -> BadInput:
    return BadInput(
        f"{rule} is to run on {resource} {queue!r}, which the scheduler doesn't know"
        f"{nearest(queue, known)}",
        expected=f"one of {', '.join(known)}",
        where=f"{resource} in the profile",
        remedy="put the names of your cluster there (docs/clusters.md)",
    )


def _too_long(rule: str, at: str, asked: int, limit: float, shorter: str) -> BadInput:
    return BadInput(
        f"{rule} asks for {asked} minutes on {at}, which allows {limit:.0f}",
        expected="no more than that: SLURM would let the job wait for ever",
        where="runtime in the profile (docs/clusters.md)",
        remedy=f"runtime: min({limit:.0f}, ...) there. {shorter}A shard that is cut goes on in "
        "the next attempt",
    )


def _shorter_shards(rule: str, seconds: float, shard_size: int, minutes: float) -> str:
    """Which shards end within ``minutes``, where those there are don't; else empty."""
    if rule != "attribute" or not seconds > 60 * minutes:
        return ""
    return (
        f"attribution.shard_size: {fitting(shard_size, seconds, minutes)} fits, as one of "
        f"{shard_size:,} bases took {in_words(seconds)} before. "
    )


def fitting(shard_size: int, seconds: float, minutes: float) -> int:
    """Bases of a shard whose job ends within ``minutes``, if ``shard_size`` take ``seconds``.

    With a fifth to spare, in two digits.
    """
    bases = max(int(_FULL * shard_size * 60 * minutes / seconds), 1)
    unit = 10 ** max(len(str(bases)) - 2, 0)
    return bases // unit * unit


def _asked(rule: Any, resource: str, attempt: int) -> Any:
    """A rule's resource at an attempt; None where it has none."""
    known = {"input": None, "threads": 1, "rulename": rule.name, "async_run": None}
    return rule.resources.get(resource).evaluate(None, attempt=attempt, **known).value


def _limits(command: tuple[str, ...]) -> dict[str, float]:
    """Minutes that each queue allows; empty where no scheduler answers."""
    listed = [line.split()[0].partition("|") for line in _ask(*command)[1:]]
    return {name: _minutes(limit) for name, _, limit in listed}


def _minutes(text: str) -> float:
    """Minutes of SLURM's ``days-hours:minutes:seconds``, shortened from the left, or infinite."""
    days, _, time = text.rpartition("-")
    parts = time.split(":")
    if not all(part.isdigit() for part in parts):
        return float("inf")
    hours, minutes, seconds = (["0"] * 3 + parts)[-3:]
    return 1440 * int(days or 0) + 60 * int(hours) + int(minutes) + int(seconds) / 60


def check_earlier(folder: str | Path) -> None:
    """Raise BadInput where SLURM still has jobs that an earlier run of a study submitted.

    They outlive a Snakemake that was killed outright, and would be run a second time. ``folder``
    is the study's, two levels below that where Snakemake runs; studies beside it may be at work.
    """
    study, here = Path(folder).name, Path(folder).absolute().parents[1]
    logs = (here / ".snakemake/slurm_logs").resolve()  # results may be a link to another disk
    names = {path.name for path in Path(folder).parent.glob("*")} | {study}
    mine = f"--user={os.getuid()}"
    lines = _ask("squeue", mine, "--noheader", "--Format=JobID:20,StdOut:2000")
    jobs = {line[:20].strip(): Path(line[20:].strip()) for line in lines}
    left = [job for job, log in jobs.items() if _study_of(log, logs, names) == study]
    if left:
        many = len(left) > 1
        raise BadInput(
            f"{len(left)} SLURM job{'s' * many} of an earlier run of {study} "
            f"{'are' if many else 'is'} still queued or running: {', '.join(left)}",
            where=str(here),
            remedy=f"wait for the end (squeue --jobs {','.join(left)}): what is finished is kept; "
            f"or scancel {' '.join(left)}: shards go on where they were. Then run again",
        )


def _study_of(log: Path, logs: Path, names: Iterable[str]) -> str:
    """The study whose job writes ``log``, ``logs``/rule_RULE/STUDY_.../..., else empty."""
    if logs not in log.parents:
        return ""
    wildcards = f"{log.relative_to(logs).parts[1]}_"
    return max((one for one in names if wildcards.startswith(f"{one}_")), key=len, default="")


def _ask(command: str, *arguments: str) -> list[str]:
    """The lines that a scheduler's command says; none where it isn't here, or doesn't answer."""
    if not shutil.which(command):
        return []
    try:
        asked = [command, *arguments]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True)
    except subprocess.SubprocessError:
        return []
    return [line for line in done.stdout.splitlines() if line.strip()]
