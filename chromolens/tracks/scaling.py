"""Bring folds to one scale.

Models of different folds answer alike but not equally loudly. Each fold's loudness is the root
mean square of its contributions on one common set of background windows; a fold's numbers
are divided by its loudness over the mean of the folds', so that they stay near target units.
"""

import math
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from chromolens.errors import BadInput
from chromolens.scores import open_scores

GROUP = "scales"


def mean_square(contributions: np.ndarray) -> np.ndarray:
    """Of each window, in float64: (..., windows, positions) -> (..., windows)."""
    return np.square(contributions, dtype=np.float64).mean(axis=-1)


def root_mean(power: np.ndarray) -> float:
    """Root of the mean of windows' mean squares, whose order doesn't matter; NaN of none."""
    return math.sqrt(math.fsum(power) / len(power)) if len(power) else float("nan")


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
