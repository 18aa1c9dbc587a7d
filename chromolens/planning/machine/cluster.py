"""Jobs on a cluster: what they ask for, and whether its scheduler is there to be asked.

What it says of their queues is in ``planning.machine.queues``.
"""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

from chromolens.errors import BadInput

_PATIENCE = 60  # seconds that a scheduler has to answer
_SCHEDULERS = {"slurm": ("sbatch", "sinfo"), "lsf": ("bsub", "bqueues")}
"""By executor: the command that submits, and one that is answered if the scheduler is up."""


def growing(amount: int) -> Callable[..., int]:
    """A resource of a rule: ``amount``, and with each further attempt of a job as much more."""

    def resource(wildcards: object, attempt: int) -> int:
        return amount * attempt

    return resource


def check_executor(executor: str, where: str) -> None:
    """Raise BadInput where Snakemake lacks an ``executor``, which ``where`` (a profile) names."""
    plugin = f"snakemake-executor-plugin-{executor}"
    if executor != "local" and importlib.util.find_spec(plugin.replace("-", "_")) is None:
        raise BadInput(
            f"the profile's executor {executor!r} is not installed",
            where=where,
            remedy=f"pip install {plugin}",
        )


def check_scheduler(executor: str, settings: Any) -> None:
    """Raise BadInput where jobs can't be sent from this machine.

    Parameters
    ----------
    executor
        The name of Snakemake's executor.
    settings
        The executor's own; of ``cluster-generic`` the command that submits is read.
    """
    submit, question = _SCHEDULERS.get(executor, ("", ""))
    if executor == "cluster-generic":
        submit = settings.submit_cmd.partition(" ")[0]
    if submit and shutil.which(submit) is None:
        raise BadInput(
            f"there is no command {submit!r} here, with which jobs are submitted",
            where=f"PATH is {os.environ.get('PATH')}",
            remedy="start the run on a machine that submits jobs (a login node; there may be a "
            "module to load), or run it here: without a cluster's profile",
        )
    if question:
        _check_answer(question)


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
