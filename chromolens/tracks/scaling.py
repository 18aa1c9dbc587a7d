"""Bring folds to one scale.

Models of different folds answer alike but not equally loudly. Each fold's loudness is the root
mean square of its contributions on one common set of background windows; a fold's numbers
are divided by its loudness over the mean of the folds', so that they stay near target units.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import h5py
import numpy as np

from chromolens.errors import BadInput
from chromolens.scores import open_scores

GROUP = "scales"


def root_mean_square(blocks: Iterable[np.ndarray]) -> float:
    """Over all numbers of ``blocks``, in float64; NaN if there are none."""
    total, count = 0.0, 0
    for block in blocks:
        total += float(np.square(block, dtype=np.float64).sum())
        count += block.size
    return float(np.sqrt(total / count)) if count else float("nan")


def relative_scales(scales: Mapping[str, float]) -> dict[str, float]:
    """What each fold's contributions are divided by: its scale over the mean of the scales.

    A fold whose scale is 0 or unknown (a model that says nothing, as nulls may) is left as it
    is: 1, and it does not enter the mean.
    """
    usable = {fold: value for fold, value in scales.items() if np.isfinite(value) and value > 0}
    mean = sum(usable.values()) / max(len(usable), 1)
    return {fold: usable[fold] / mean if fold in usable else 1.0 for fold in scales}


def write_scales(file: h5py.File, scales: Mapping[str, Mapping[str, float]]) -> None:
    """Store ``{task: {fold: scale}}`` as attributes of ``scales/{task}``."""
    for task, by_fold in scales.items():
        group = file.require_group(f"{GROUP}/{task}")
        for fold, scale in by_fold.items():
            group.attrs[fold] = scale


def read_scales(path: str | Path, task: str) -> dict[str, float]:
    """Scale of each fold for ``task`` from a windows file; BadInput if it has none."""
    with open_scores(path, []) as file:
        if f"{GROUP}/{task}" not in file:
            raise BadInput(
                f"no scales of task {task!r}",
                expected=f"one of {sorted(file.get(GROUP, {}))}",
                where=str(path),
            )
        return {fold: float(scale) for fold, scale in file[f"{GROUP}/{task}"].attrs.items()}
