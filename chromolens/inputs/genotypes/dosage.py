"""Dosages, column by column: a stretch of markers at a time, never all of them as floats.

A dosage is an array or an HDF5 dataset (sample, marker): whole numbers with -1 where nothing is
known, or floats with NaN there.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from chromolens.errors import BadInput

AT_ONCE = 2048
"""Markers read at a time."""


class Dosage(Protocol):
    """An array, or an HDF5 dataset."""

    shape: tuple[int, ...]

    def __getitem__(self, key: object) -> np.ndarray: ...


def known(dosage: np.ndarray) -> np.ndarray:
    """``dosage`` as float64, NaN where nothing is known."""
    numbers = dosage.astype(np.float64)
    if dosage.dtype.kind != "f":
        numbers[dosage == -1] = np.nan
    return numbers


def columns(
    dosage: Dosage, rows: np.ndarray, at_once: int = AT_ONCE
) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield which markers, and their dosages (rows, markers) as ``known`` gives them."""
    for start in range(0, dosage.shape[1], at_once):
        part = slice(start, min(start + at_once, dosage.shape[1]))
        yield part, known(dosage[:, part][rows])


def spread(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (markers,) of a block (rows, markers) once it is imputed.

    Missing dosages become the marker's mean. A marker that doesn't vary, or of which nothing is
    known, has deviation 0.
    """
    missing = np.isnan(block)
    count = np.maximum(len(block) - missing.sum(axis=0), 1)
    mean = np.where(missing, 0, block).sum(axis=0) / count
    squares = np.where(missing, 0, (block - mean) ** 2).sum(axis=0)
    # compared as they are: a mean has rounding
    varies = np.where(missing, -np.inf, block).max(axis=0) > np.where(missing, np.inf, block).min(
        axis=0
    )
    return mean, np.where(varies, np.sqrt(squares / len(block)), 0.0)


def scaled(block: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """(block - mean) / deviation, 0 where a dosage is missing or a marker doesn't vary."""
    varies = deviation > 0
    found = (block - mean) * np.where(varies, 1 / np.where(varies, deviation, 1), 0)
    return np.where(np.isnan(found), 0, found)


def measured(trait: np.ndarray, rows: np.ndarray | None, dosage: Dosage) -> np.ndarray:
    """Those of ``rows`` (all where None) whose ``trait`` is known; BadInput if they tell nothing.

    ``trait`` (samples,) in the order of the rows of ``dosage``, NaN where it wasn't measured.
    """
    if np.shape(trait) != dosage.shape[:1]:
        raise BadInput(
            f"a trait of shape {np.shape(trait)} for dosages of shape {dosage.shape}",
            expected="a number per sample, in the order of the dosages' rows",
        )
    rows = np.arange(len(trait)) if rows is None else np.asarray(rows)
    rows = rows[np.isfinite(trait[rows])]
    if len(np.unique(trait[rows])) < 2 or len(rows) < 3:
        raise BadInput(
            f"the trait is known of {len(rows)} samples, with "
            f"{len(np.unique(trait[rows]))} different values: nothing can be learned from it",
            expected="three samples or more, and two values or more",
        )
    return rows
