"""Which kernels TensorFlow computes with on CPUs: chosen in one place, before it is imported.

TensorFlow has two sets, Eigen's and oneDNN's, which round differently. By itself it takes oneDNN's
on processors with certain instructions only, so that two nodes of a cluster would differ in more
than they must. chromolens takes oneDNN's everywhere: they are the faster ones (docs/determinism.md
has figures). A setting of the user's own wins.
"""

import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

SWITCH = "TF_ENABLE_ONEDNN_OPTS"
LIMIT = "ONEDNN_MAX_CPU_ISA"
_SETS = ("amx_tile", "avx512_vnni", "avx512f", "avx2", "avx", "sse4_1")
"""Sets of instructions by the names of Linux, the best first."""

DECISIVE = (
    "device", "processor", "instructions", "kernels", "threads", "tensorflow", "batch_size",
)  # fmt: skip
"""What the last bits of a number hang on, among the facts of ``devices.describe``."""

LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_EXTRAS = ("sklearn", "matplotlib")
_GREETING = re.compile(
    "I[0-9]{4} |WARNING: All log messages before absl|To enable the following instructions"
)

AGREEMENT = 1e-5
"""Numbers from unlike kernels agree within this share of their range."""


def choose() -> None:
    """Have TensorFlow take oneDNN's kernels, unless the user's environment says otherwise."""
    os.environ.setdefault(SWITCH, "1")


@contextmanager
def calm() -> Iterator[None]:
    """Keep TensorFlow's greetings from stderr, should it be imported in the block.

    What it writes while it starts, at the level of information, is left out, and that it found
    no GPU where the machine has none; all else is passed on when the block ends. Where the
    environment sets TF_CPP_MIN_LOG_LEVEL, nothing is kept back.
    """
    if "tensorflow" in sys.modules or LEVEL in os.environ:
        yield
        return
    os.environ[LEVEL] = "2"  # errors only; read once, when it is imported
    try:
        with TemporaryFile("w+", errors="replace") as kept, _stderr_into(kept):
            yield
            if tensorflow := sys.modules.get("tensorflow"):
                tensorflow.config.list_physical_devices()  # looks for GPUs now rather than later
    finally:
        del os.environ[LEVEL]  # a process started from here is no user's choice


@contextmanager
def _stderr_into(kept: IO[str]) -> Iterator[None]:
    """Have what the process writes to stderr in ``kept``; pass on what is no greeting."""
    sys.stderr.flush()
    stderr = os.dup(2)
    os.dup2(kept.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(stderr, 2)
        os.close(stderr)
        kept.seek(0)
        sys.stderr.writelines(line for line in kept if not _is_greeting(line))


def _is_greeting(line: str) -> bool:
    """Whether a line of TensorFlow's start asks nobody to do anything."""
    if "failed call to cuInit" in line:
        return not Path("/dev/nvidiactl").exists()
    return _GREETING.match(line) is not None


def spare_extras() -> None:
    """Have Keras start without scikit-learn and matplotlib, for jobs: a quarter of its start.

    Keras imports them, where they are installed, for wrappers and pictures that no job uses. A job
    can still import them itself.
    """
    sys.meta_path.insert(0, _Extras())


class _Extras(MetaPathFinder):
    """Finds nothing; while Keras is imported, it says that its extras are not installed."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        keras = sys.modules.get("keras")
        starting = getattr(getattr(keras, "__spec__", None), "_initializing", False)
        if starting and fullname in _EXTRAS:
            raise ModuleNotFoundError(f"{fullname} is left out of Keras", name=fullname)


def processor() -> dict[str, str]:
    """Name of this machine's processor, and the best set of instructions that may be used."""
    facts = _facts()
    flags = facts.get("flags", "").split()
    best = next((name for name in _SETS if name in flags), platform.machine())
    limit = os.environ.get(LIMIT)
    return {
        "processor": facts.get("model name") or platform.processor() or platform.machine(),
        "instructions": f"{best}, limited to {limit}" if limit else best,
    }


@cache
def _facts() -> dict[str, str]:
    """What Linux says of the first processor."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().split("\n\n")[0].splitlines() if path.exists() else []
    pairs = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, _, value in pairs}


def unlike(runs: Sequence[Mapping[str, object]]) -> str:
    """In words, how runs (``devices.describe``) differ in what bits hang on; empty where not."""
    kinds: dict[str, int] = {}
    for run in runs:
        kind = ", ".join(f"{name} {run[name]}" for name in DECISIVE if name in run)
        kinds[kind] = kinds.get(kind, 0) + 1
    if len(kinds) < 2:
        return ""
    return "; ".join(f"{count} on {kind or 'an unknown machine'}" for kind, count in kinds.items())
