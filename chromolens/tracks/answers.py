"""What files of scores have in common: their header, and the answers of a fold's replicates."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from chromolens.models.batching import BATCH_SIZE
from chromolens.scores import Header, Origin
from chromolens.tracks.method import Method
from chromolens.tracks.replicates import largest

if TYPE_CHECKING:
    from chromolens.models.model import Model

PER_WINDOW = ("values", "reference_values", "completeness_error")
_NUMBERS_IN_MEMORY = 2**24
_MOST_WINDOWS = 4096


def header_of(models: Sequence["Model"], method: Method, origin: Origin, more: dict) -> Header:
    """The header of a file that ``models`` and ``method`` fill; ``more``: further settings."""
    known = asdict(origin)
    known["run"] = {"batch_size": method.batch_size, **known["run"]}
    return Header(
        **known,
        method=method.name,
        tasks=list(method.tasks),
        settings={"method": method.described(), "replicates": len(models), **more},
        models=[str(model.digest) for model in models],
    )


def job_digest(header: Header, method: Method, parts: Sequence[str]) -> str:
    """What a continued job must share with the one before it, but for the batch (sha256)."""
    keys = ("study", "model", "method", "fold", "tasks", "settings", "models", "provenance")
    drawn = [(fold, one.digest) for fold, one in sorted(method.drawn.items())]
    asked = [header.digest(*keys), list(parts), drawn]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def default_windows(window: int, tasks: int, batch_size: int | None) -> int:
    """Windows whose one-hot and hypothetical contributions fit 64 MB, in whole batches."""
    batch = batch_size or BATCH_SIZE
    fitting = min(_NUMBERS_IN_MEMORY // (window * 8 * (tasks + 1)), _MOST_WINDOWS)
    return max(fitting // batch, 1) * batch


def answer(
    model: "Model", onehot: np.ndarray, ids: list[str], places: np.ndarray, method: Method
) -> dict[str, np.ndarray]:
    """One model's answer: ``contributions`` (T, n, L), and (T, n) for each of ``PER_WINDOW``.

    ``places`` int (n,): the index of each window in its series, see ``models.batching``.
    """
    results = method.explain(model, onehot, ids, places)
    keys = ("contributions", *PER_WINDOW)
    return {key: np.stack([getattr(result, key) for result in results]) for key in keys}


def combine(key: str, stack: np.ndarray) -> np.ndarray:
    """Replicates (r, ...) as one float32 (...): their mean; for errors the largest."""
    if key == "completeness_error":
        return largest(stack).astype(np.float32)
    return stack.mean(axis=0, dtype=np.float64).astype(np.float32)
