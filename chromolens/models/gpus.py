"""Which of several GPUs a job computes on.

Snakemake counts GPUs (``resources: gpu``) but doesn't say which one is whose: every job would take
the first. Here a job takes the GPU with the fewest jobs on it. Two share one where the profile's
``gpu`` is twice their number. A lock holds it, and ends with its process, whatever ends that.
``CUDA_VISIBLE_DEVICES``, set by a person or a scheduler, says which GPUs there are.
"""

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import IO

from chromolens.errors import BadInput
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


def check_given(environment: Mapping[str, str] = os.environ) -> None:
    """Raise BadInput in a process that was given a GPU of this machine, and can't use it.

    For a process in which TensorFlow sees none. Schedulers give by ``CUDA_VISIBLE_DEVICES``; where
    a job gets none, some of them write there a word that is no device.
    """
    given = environment.get("CUDA_VISIBLE_DEVICES", "").strip()
    if re.match(r"\d|GPU-|MIG-", given) and (models := of_driver()):
        why, remedy = why_unusable()
        raise BadInput(
            f"this job was given a GPU ({', '.join(models)}), but TensorFlow can't use it: {why}",
            where=f"CUDA_VISIBLE_DEVICES={given}",
            remedy=f"{remedy}. To compute on the CPU, ask for no GPU in the profile, or set "
            "CUDA_VISIBLE_DEVICES=-1",
        )


def why_unusable(devices: str | Path = "/dev") -> tuple[str, str]:
    """Why TensorFlow can't use GPUs that the driver knows, and what to do."""
    files = sorted(Path(devices).glob("nvidia[0-9]*"))
    if not files:
        give = "apptainer exec --nv, docker run --gpus all"
        return f"there is no {devices}/nvidia0", f"a container must be given GPUs: {give}"
    if not any(_may_open(file) for file in files):
        return (
            f"no permission to open {files[0]}",
            "ask the administrator for it (mostly a group's: ls -l), a scheduler for a GPU",
        )
    install = f'pip install "tensorflow[and-cuda]=={version("tensorflow")}"'
    return "CUDA's libraries are missing, or don't fit the driver", install


def _may_open(device: Path) -> bool:
    try:
        os.close(os.open(device, os.O_RDWR))
    except PermissionError:
        return False
    except OSError:
        pass  # what else is wrong with it is not a matter of rights
    return True
