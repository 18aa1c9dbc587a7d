"""Genotypes as jobs hand them to one another: ``genotypes.h5`` and the tables beside it.

``genotypes.h5`` is sealed as files of scores are, and holds one array ``dosage``; its rows are
those of ``samples.tsv.gz``, its columns those of ``markers.tsv.gz``, in the same folder. Rows are
read from the disk as they are asked for.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.inputs.genotypes.calls import Genotypes, is_missing
from chromolens.provenance import file_digest
from chromolens.runlog import atomic
from chromolens.scores import Array, create, open_scores, seal
from chromolens.tables.column import Table
from chromolens.tables.inputs import DROPPED, MARKERS, SAMPLES

_AXES = ("sample", "marker")
_ARRAYS = {
    "int8": Array("dosage", "int8", _AXES, "copies of alt", "-1: missing"),
    "float32": Array("dosage", "float32", _AXES, "copies of alt", "estimated; NaN: missing"),
}
_TABLES = ("markers", "samples")
_AT_ONCE = 64  # samples


@dataclass(frozen=True)
class Counts:
    """What some samples have at each marker: every array is (markers,)."""

    called: np.ndarray
    total: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean dosage float64; NaN where no sample is called."""
        with np.errstate(invalid="ignore"):
            return self.total / self.called


def count(dosage: np.ndarray, rows: np.ndarray) -> Counts:
    """Count over the ``rows`` (samples) of ``dosage``, a few at a time."""
    size = dosage.shape[1]
    called, total = np.zeros(size, dtype=np.int64), np.zeros(size)
    lowest, highest = np.full(size, np.inf), np.full(size, -np.inf)
    for values in _blocks(dosage, rows):
        gone = is_missing(values)
        called += (~gone).sum(axis=0)
        total += np.where(gone, 0, values).sum(axis=0, dtype=np.float64)
        lowest = np.minimum(lowest, np.where(gone, np.inf, values).min(axis=0))
        highest = np.maximum(highest, np.where(gone, -np.inf, values).max(axis=0))
    return Counts(called, total, lowest, highest)


def _blocks(dosage: np.ndarray, rows: np.ndarray) -> Iterator[np.ndarray]:
    rows = np.asarray(rows)
    for start in range(0, len(rows), _AT_ONCE):
        yield dosage[rows[start : start + _AT_ONCE]]


def write(
    path: str | Path,
    genotypes: Genotypes,
    rows: np.ndarray,
    columns: np.ndarray,
    components: int = 0,
) -> None:
    """Write the samples ``rows`` and markers ``columns``, in this order, as a store."""
    kept = genotypes.dosage
    counts = count(kept, rows)
    markers = genotypes.markers.iloc[columns].assign(
        frequency=(counts.mean / genotypes.ploidy)[columns],
        missing=1 - counts.called[columns] / len(rows),
    )
    samples = pd.DataFrame({"id": genotypes.samples[rows], "family": genotypes.families[rows]})
    samples["missing"] = [is_missing(kept[row][columns]).mean() for row in rows]
    beside = {name: Path(path).with_name(f"{name}.tsv.gz") for name in _TABLES}
    tables.write(MARKERS, markers, beside["markers"])
    tables.write(SAMPLES, samples, beside["samples"])
    with atomic(path) as temporary:
        with h5py.File(temporary, "w") as file:
            array = _ARRAYS[str(kept.dtype)]
            create(file, [array], dict(zip(_AXES, (len(rows), len(columns)), strict=True)))
            for target, row in enumerate(rows):
                file[array.name][target] = kept[row][columns]
            file.attrs["ploidy"] = genotypes.ploidy
            file.attrs["components"] = components
            for name, own in beside.items():
                file.attrs[name] = file_digest(own)
            file.attrs["notes"] = json.dumps(genotypes.notes)
            file.attrs["dropped"] = json.dumps(genotypes.tally.table().to_dict("list"))
        seal(temporary)


class Store:
    """Genotypes that ``write`` wrote; compared with what was written when it is opened.

    Attributes
    ----------
    shape
        (samples, markers).
    ploidy
        The largest dosage.
    components
        Principal components to be regressed out of the traits.
    notes
        Numbers worth a line in the report.
    dropped
        What was left out (``tables.inputs.DROPPED``).
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        with open_scores(path) as file:
            array = file["dosage"]
            self._dosage = np.memmap(path, array.dtype, "r", array.id.get_offset(), array.shape)
            self._made = {name: file.attrs[name] for name in _TABLES}
            self.ploidy = int(file.attrs["ploidy"])
            self.components = int(file.attrs["components"])
            self.notes: dict[str, float] = json.loads(file.attrs["notes"])
            dropped = json.loads(file.attrs["dropped"])
        self.dropped = pd.DataFrame(dropped, columns=DROPPED.names)
        self.shape = self._dosage.shape

    @cached_property
    def markers(self) -> pd.DataFrame:
        """The table of markers (``tables.inputs.MARKERS``): a row per column of the dosages."""
        return self._beside(MARKERS, "markers")

    @cached_property
    def samples(self) -> pd.DataFrame:
        """The table of samples (``tables.inputs.SAMPLES``): a row per row of the dosages."""
        return self._beside(SAMPLES, "samples")

    @property
    def array(self) -> np.ndarray:
        """The dosages as they lie on the disk (sample, marker): missing ones are -1 or NaN."""
        return self._dosage

    def dosage(self, rows: np.ndarray, columns: slice | np.ndarray = slice(None)) -> np.ndarray:
        """Dosages float32 (rows, columns) of samples at markers; NaN is missing."""
        rows = np.asarray(rows)
        values = (
            self._dosage[rows, columns]
            if isinstance(columns, slice)
            else (self._dosage[np.ix_(rows, columns)])
        )
        return np.where(is_missing(values), np.float32(np.nan), values.astype(np.float32))

    def mean(self, rows: np.ndarray) -> np.ndarray:
        """Mean dosage float64 (markers,) of the samples ``rows``; NaN where none is called."""
        return count(self._dosage, rows).mean

    def called(self, rows: np.ndarray) -> np.ndarray:
        """How many of the samples ``rows`` are called at each marker, int64 (markers,)."""
        return count(self._dosage, rows).called

    def _beside(self, table: Table, name: str) -> pd.DataFrame:
        path = self.path.with_name(f"{name}.tsv.gz")
        if file_digest(path) != self._made[name]:
            raise BadInput(
                f"{path} was not written together with {self.path}",
                where=str(path),
                remedy="remove both and run again",
            )
        return tables.read(table, path)
