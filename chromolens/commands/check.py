"""Look for mistakes in a study before it runs, and estimate its size and time."""

import argparse
import re
import shlex
import subprocess
import sys

from chromolens.commands.run import add_study, call, snakemake
from chromolens.models.gpus import of_driver, why_unusable
from chromolens.planning.cost import LIMIT

_UNITS = {"min": 60, "h": 3600, "d": 86400}
_COUNT = "import tensorflow as tf; print(len(tf.config.list_physical_devices('GPU')))"


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_study(parser)
    help = "first measure how fast this device is for each model and method (some minutes)"
    parser.add_argument("--measure", action="store_true", help=f"{help}; this prepares the inputs")
    help = "the profile with which --measure runs its jobs, as in `chromolens run`"
    parser.add_argument("--profile", default="default", help=help)
    help = "time limit of a job (30min, 4h, 1d), for which the largest shard is stated"
    parser.add_argument("--limit", type=seconds, default="4h", help=help)
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    if options.measure and (code := call([*snakemake(options, options.profile), "measured"], {})):
        return "", code
    code = call([*snakemake(options), "--dry-run"], {LIMIT: str(options.limit)})
    command = shlex.join(["chromolens", "run", *options.config])
    said = [gpus(), f"no mistake was found; the next command: {command}"]
    return ("" if code else "\n".join(filter(None, said))), code


def seconds(text: str) -> float:
    """The seconds of ``30min``, ``4h`` or ``1.5d``."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(min|h|d)", text)
    if match is None or not float(match[1]):
        raise argparse.ArgumentTypeError(f"{text!r} is no time: say 30min, 4h or 1d")
    return float(match[1]) * _UNITS[match[2]]


def gpus() -> str:
    """The GPUs of this machine, and why TensorFlow can't use them; nothing without one."""
    models = of_driver()
    if not models:
        return ""
    if usable := _usable():
        return f"GPU: {', '.join(models[:usable])}"
    why, remedy = why_unusable()
    return f"GPU: {', '.join(models)}, but TensorFlow can't use it: {why}\n  what to do: {remedy}"


def _usable() -> int:
    """How many GPUs TensorFlow sees, asked in a process of its own: its start takes seconds."""
    done = subprocess.run([sys.executable, "-c", _COUNT], capture_output=True, text=True)
    return int(done.stdout.strip() or 0)
