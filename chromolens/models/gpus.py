"""Which of several GPUs a job computes on.

Snakemake counts GPUs (``resources: gpu``) but doesn't say which one is whose: every job would take
the first. Here a job takes the GPU with the fewest jobs on it. Two share one where the profile's
``gpu`` is twice their number. A lock holds it, and ends with its process, whatever ends that.
``CUDA_VISIBLE_DEVICES``, set by a person or a scheduler, says which GPUs there are.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import IO

from chromolens.runlog import claim

_held: list[IO[str]] = []
"""Locks of this process; open until it ends."""


def names(number: int, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Names of the ``number`` GPUs that this process sees, the same in all of a machine."""
    visible = [name.strip() for name in environment.get("CUDA_VISIBLE_DEVICES", "").split(",")]
    if len(visible) != number:
        return [str(index) for index in range(number)]
    return [name.replace("/", "_") for name in visible]


def take(devices: Sequence[str], folder: str | Path | None = None) -> str:
    """The one of ``devices`` with the fewest jobs on it, which is this process's until it ends.

    Of several the first. ``folder`` holds the locks: by default one of the machine's temporary
    folder, apart for each user and, within a SLURM allocation, for each of these.
    """
    folder = Path(folder or _folder())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    places = ((name, others) for others in count() for name in devices)
    while True:
        name, others = next(places)
        file, holder = claim(folder / f"{name}.{others}")
        if not holder:
            _held.append(file)
            return name
        file.close()


def _folder() -> Path:
    allocation = os.environ.get("SLURM_JOB_ID", "")
    return Path(tempfile.gettempdir()) / f"chromolens-gpus-{os.getuid()}-{allocation}"


def of_driver(folder: str | Path = "/proc/driver/nvidia/gpus") -> list[str]:
    """Models of the GPUs that NVIDIA's driver knows, whether TensorFlow can use them or not."""
    found = []
    for file in sorted(Path(folder).glob("*/information")):
        lines = (line.partition(":") for line in file.read_text().splitlines())
        found += [value.strip() for key, _, value in lines if key.strip() == "Model"]
    return found
