"""Check a study before it runs: all that can be known without computing, and what it comes to."""

import argparse
import shlex
import subprocess
import sys
from importlib.metadata import version

from chromolens.commands.run import add_study, call, snakemake
from chromolens.models.gpus import of_driver

_COUNT = "import tensorflow as tf; print(len(tf.config.list_physical_devices('GPU')))"


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_study(parser)
    parser.set_defaults(answer=_answer)


def _answer(options: argparse.Namespace) -> tuple[str, int]:
    code = call([*snakemake(options), "--dry-run"], {})
    command = shlex.join(["chromolens", "run", *options.config])
    said = [gpus(), f"no mistake was found; the next command: {command}"]
    return ("" if code else "\n".join(filter(None, said))), code


def gpus() -> str:
    """The GPUs of this machine, and what TensorFlow lacks to use them; nothing without one."""
    models = of_driver()
    if not models:
        return ""
    if usable := _usable():
        return f"GPU: {', '.join(models[:usable])}"
    install = f'pip install "tensorflow[and-cuda]=={version("tensorflow")}"'
    return f"GPU: {', '.join(models)}, but TensorFlow can't use it without CUDA: {install}"


def _usable() -> int:
    """How many GPUs TensorFlow sees, asked in a process of its own: its start takes seconds."""
    done = subprocess.run([sys.executable, "-c", _COUNT], capture_output=True, text=True)
    return int(done.stdout.strip() or 0)
