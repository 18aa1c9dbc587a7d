"""Jobs on a cluster: what they ask for, and whether its scheduler is there to be asked.

What it says of their queues is in ``planning.machine.queues``.
"""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable

from chromolens.errors import BadInput

_DRY = ("-n", "--dry")
_PATIENCE = 60  # seconds that a scheduler has to answer
_SCHEDULERS = {"slurm": ("sbatch", "sinfo"), "lsf": ("bsub", "bqueues")}
"""By executor: the command that submits, and one that is answered if the scheduler is up."""
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
        submit, question = _SCHEDULERS[executor]
        _check_command(submit, where)
        _check_answer(question)


def _check_command(command: str, where: str) -> None:
    if not command or shutil.which(command) is None:
        raise BadInput(
            f"there is no command {command!r} here, with which jobs are submitted",
            where=f"{where}; PATH is {os.environ.get('PATH')}",
            remedy="start the run on a machine that submits jobs (a login node; there may be a "
            "module to load), or run it here: without --profile",
        )


def _check_answer(question: str) -> None:
    try:
        answer = subprocess.run(question, capture_output=True, text=True, timeout=_PATIENCE)
        said = answer.stderr.strip() or answer.stdout.strip() or f"status {answer.returncode}"
        failed = said if answer.returncode else ""
    except (OSError, subprocess.TimeoutExpired) as error:
        failed = str(error)
    if failed:
        raise BadInput(
            f"the scheduler does not answer: {failed}",
            where=question,
            remedy="ask it again when it is up",
        )
