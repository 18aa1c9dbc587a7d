"""Which kernels TensorFlow computes with on CPUs: chosen in one place, before it is imported.

TensorFlow has two sets, Eigen's and oneDNN's, which round differently. By itself it takes oneDNN's
on processors with certain instructions only, so that two nodes of a cluster would differ in more
than they must. chromolens takes oneDNN's everywhere: they are the faster ones (docs/determinism.md
has figures). A setting of the user's own wins.
"""

import os
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

SWITCH = "TF_ENABLE_ONEDNN_OPTS"
LIMIT = "ONEDNN_MAX_CPU_ISA"
_SETS = ("amx_tile", "avx512_vnni", "avx512f", "avx2", "avx", "sse4_1")
"""Sets of instructions by the names of Linux, the best first."""

DECISIVE = (
    "device", "processor", "instructions", "kernels", "threads", "tensorflow", "batch_size",
)  # fmt: skip
"""What the last bits of a number hang on, among the facts of ``devices.describe``."""

AGREEMENT = 1e-5
"""Numbers from unlike kernels agree within this share of their range."""


def choose() -> None:
    """Have TensorFlow take oneDNN's kernels, unless the user's environment says otherwise."""
    os.environ.setdefault(SWITCH, "1")


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
