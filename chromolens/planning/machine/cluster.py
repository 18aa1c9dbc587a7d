"""Jobs on a cluster: what they ask for, and whether its scheduler is there to be asked."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from chromolens.errors import BadInput, nearest

_DRY = ("-n", "--dry")
_PATIENCE = 60  # seconds that a scheduler has to answer
_WORDS = re.compile(r"[\w.,-]+")


@dataclass(frozen=True)
class _Scheduler:
    """A scheduler's commands: the one that submits, and one whose lines begin with queues."""

    submit: str
    resource: str
    """The resource of Snakemake's that names a queue (partition)."""
    queues: tuple[str, ...]


_SCHEDULERS = {
    "slurm": _Scheduler("sbatch", "slurm_partition", ("sinfo", "--noheader", "--format=%R")),
    "lsf": _Scheduler("bsub", "lsf_queue", ("bqueues", "-w")),
}
_GENERIC = "cluster-generic"


def growing(amount: int) -> Callable[..., int]:
    """A resource of a rule: ``amount``, and with each further attempt of a job as much more."""

    def resource(wildcards: object, attempt: int) -> int:
        return amount * attempt

    return resource


def check_profile(profile: dict, options: list[str], where: str) -> None:
    """Raise BadInput where jobs of a profile can't be sent from this machine.

    Parameters
    ----------
    profile
        What the profile's file states.
    options
        Snakemake's options: a dry run sends nothing.
    where
        The profile's file, for messages.
    """
    executor = profile.get("executor")
    if not executor or executor == "local" or any(one.startswith(_DRY) for one in options):
        return
    plugin = f"snakemake-executor-plugin-{executor}"
    if importlib.util.find_spec(plugin.replace("-", "_")) is None:
        raise BadInput(
            f"the profile's executor {executor!r} is not installed",
            where=where,
            remedy=f"pip install {plugin}",
        )
    if executor == _GENERIC:
        _check_command(profile.get(f"{_GENERIC}-submit-cmd", "").partition(" ")[0], where)
    if executor in _SCHEDULERS:
        _check_command(_SCHEDULERS[executor].submit, where)
        _check_queues(_SCHEDULERS[executor], profile, where)


def _check_command(command: str, where: str) -> None:
    if not command or shutil.which(command) is None:
        raise BadInput(
            f"there is no command {command!r} here, with which jobs are submitted",
            where=f"{where}; PATH is {os.environ.get('PATH')}",
            remedy="start the run on a machine that submits jobs (a login node; there may be a "
            "module to load), or run it here: without --profile",
        )


def _check_queues(scheduler: _Scheduler, profile: dict, where: str) -> None:
    """Raise BadInput where the profile names a queue that the scheduler doesn't have."""
    try:
        answer = subprocess.run(
            scheduler.queues, capture_output=True, text=True, timeout=_PATIENCE
        )
        said = answer.stderr.strip() or answer.stdout.strip() or f"status {answer.returncode}"
        failed = said if answer.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        failed = str(error)
    if failed:
        raise BadInput(
            f"the scheduler does not answer: {failed}",
            where=" ".join(scheduler.queues),
            remedy="ask it again when it is up",
        )
    known = {line.split()[0] for line in answer.stdout.splitlines() if line.strip()}
    for queue in _queues(profile, scheduler.resource):
        if queue not in known:
            raise BadInput(
                f"the scheduler has no {scheduler.resource} {queue!r}{nearest(queue, known)}",
                expected=", ".join(sorted(known)),
                where=where,
                remedy="put the names of your cluster there",
            )


def _queues(profile: dict, resource: str) -> list[str]:
    """Queues that a profile names as plain words, in either of Snakemake's ways to write it."""
    stated = []
    for part in (profile.get("default-resources") or {}, profile.get("set-resources") or {}):
        if isinstance(part, list):  # NAME=VALUE and RULE:NAME=VALUE
            pairs = [item.partition("=") for item in part]
            stated += [value for name, _, value in pairs if name.split(":")[-1] == resource]
        else:
            rules = [one for one in part.values() if isinstance(one, dict)]
            stated += [one[resource] for one in (part, *rules) if one.get(resource)]
    words = [str(value).strip("'\"") for value in stated]
    # others are expressions, which Snakemake works out for each job
    return [name for word in words if _WORDS.fullmatch(word) for name in word.split(",")]
