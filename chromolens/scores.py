"""The HDF5 files that jobs hand to one another, with every array declared once.

Four kinds, all with the attributes of a ``Header`` at the root:

region shard    a group ``chrom-start-end`` per region of the genome: ``REGION`` and ``TILING``,
                and ``REGION_AGREEMENT`` where a fold has replicates
record shard    for sequences without a genome, a group ``records``: ``RECORDS``, and
                ``RECORD_AGREEMENT`` where a fold has replicates
windows         a group per task: ``WINDOWS``, and ``HYPOTHETICAL`` where the method defines it;
                ``scales/{task}`` holds each fold's scale as an attribute
joined records  ``EXPORT``, one file per task

Missing numbers are NaN, never 0. Arrays lie in one uncompressed piece that is reserved when
the file is created: filling them changes nothing but their own bytes, so that a file whose job
was killed can be opened and continued.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from chromolens.errors import BadInput

TEXT = "text"


@dataclass(frozen=True)
class Array:
    """One array of a file: its name, dtype, the names of its axes, its unit and its meaning."""

    name: str
    dtype: str
    dims: tuple[str, ...]
    unit: str
    meaning: str


_TARGET = "units of the target (log-odds for a logit)"


def _per_answer(first: tuple[str, ...]) -> tuple[Array, ...]:
    return (
        Array("values", "float32", first, _TARGET, "target at the input"),
        Array("reference_values", "float32", first, _TARGET, "target at the reference"),
        Array("completeness_error", "float32", first, _TARGET,
              "target(input) - target(reference) - sum; the largest of the replicates"),
    )  # fmt: skip


def _agreement(dims: tuple[str, ...]) -> tuple[Array, ...]:
    return (
        Array("sd", "float32", dims, _TARGET, "standard deviation over replicates (n - 1)"),
        Array("sign", "float32", dims, "share", "replicates whose sign is that of the mean"),
    )


_BASES = ("task", "base")
_RECORD_BASES = ("task", "window", "position")
REGION = (
    Array("contributions", "float32", _BASES, _TARGET, "stitched over the windows"),
    Array("predictions", "float32", _BASES, _TARGET, "the windows' values, stitched alike"),
)
TILING = (
    Array("window_start", "int32", ("window",), "bp, 0-based", "windows that start in the region"),
    *_per_answer(("task", "window")),
)
RECORDS = (
    Array("id", TEXT, ("window",), "", "name of the record"),
    Array("contributions", "float32", _RECORD_BASES, _TARGET, "of the observed bases"),
    *_per_answer(("task", "window")),
)
REGION_AGREEMENT = _agreement(_BASES)
RECORD_AGREEMENT = _agreement(_RECORD_BASES)
HYPOTHETICAL = Array(
    "hypothetical", "float32", ("window", "position", "channel"), _TARGET,
    "what each base would add, divided by `scale`; absent where the method defines none",
)  # fmt: skip
WINDOWS = (
    Array("id", TEXT, ("window",), "", "chrom:start-end, or name of the record"),
    Array("fold", TEXT, ("window",), "", "the fold in which the window is test: who explained it"),
    Array("label", "float32", ("window",), "", "the task's label; NaN = masked"),
    Array("onehot", "int8", ("window", "position", "channel"), "", "A, C, G, T; N = zeros"),
    Array("contributions", "float32", ("window", "position"), _TARGET, "raw, of observed bases"),
    *_per_answer(("window",)),
    Array("scale", "float32", ("window",), "", "the fold's scale over the mean of the folds'"),
)

EXPORT = (
    Array("id", TEXT, ("window",), "", "name of the record"),
    Array("contributions", "float32", ("window", "position"), _TARGET, "of the observed bases"),
    Array("raw/seq", "int8", ("window", "channel", "position"), "", "A, C, G, T; N = zeros"),
    Array("projected_shap/seq", "float32", ("window", "channel", "position"), _TARGET,
          "contributions in the observed base's channel"),
    *_per_answer(("window",)),
)  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """Where a file comes from, in the study's own words.

    ``provenance`` must agree between all shards of a track (digests of code, genome, config);
    ``run`` is recorded and may differ (``models.devices.describe``, batch size).
    """

    study: str
    model: str
    shard: str
    fold: str
    provenance: dict = field(default_factory=dict)
    run: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Header:
    """What stands at the root of every file, as attributes (dicts as JSON).

    ``settings`` holds everything that changes a number, ``models`` the digests of the
    replicates' networks. ``run`` is what the job ran on that began the file; where others went on
    with it elsewhere, theirs are listed in ``run["then"]``.
    """

    study: str
    model: str
    method: str
    shard: str
    fold: str
    tasks: list[str]
    settings: dict
    models: list[str]
    provenance: dict
    run: dict

    def digest(self, *keys: str) -> str:
        """sha256 (hex) of the named fields."""
        chosen = {key: getattr(self, key) for key in keys}
        return hashlib.sha256(json.dumps(chosen, sort_keys=True).encode()).hexdigest()

    @property
    def runs(self) -> list[dict]:
        """What the file was computed on, one after the other."""
        first = {key: value for key, value in self.run.items() if key != "then"}
        return [first, *self.run.get("then", [])]

    def note_run(self, file: h5py.File) -> None:
        """Add this header's ``run`` to those of a file that it goes on with, if it is new."""
        begun = Header.read(file)
        if self.run not in begun.runs:
            then = [*begun.run.get("then", []), self.run]
            file.attrs["run"] = json.dumps({**begun.run, "then": then}, sort_keys=True)

    def write(self, file: h5py.File) -> None:
        """Store the fields as attributes of the root of ``file``."""
        for key, value in asdict(self).items():
            if isinstance(value, list):
                value = np.array(value, dtype=h5py.string_dtype())
            file.attrs[key] = json.dumps(value, sort_keys=True) if key in _JSON else value

    @classmethod
    def read(cls, file: h5py.File) -> "Header":
        """The header of an open file; BadInput if it has none."""
        missing = [key for key in cls.__dataclass_fields__ if key not in file.attrs]
        if missing:
            raise BadInput(
                f"not a file of scores: no attribute {missing[0]!r}", where=file.filename
            )
        read: dict[str, Any] = {
            key: _read_attribute(file, key) for key in cls.__dataclass_fields__
        }
        return cls(**read)


_JSON = ("settings", "provenance", "run")


def _read_attribute(file: h5py.File, key: str) -> object:
    value = file.attrs[key]
    if key in _JSON:
        return json.loads(value)
    return value if isinstance(value, str) else [str(item) for item in value]


def open_scores(path: str | Path) -> h5py.File:
    """Open a file of scores for reading; BadInput naming it where it can't be read."""
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise BadInput(
            f"can't be read as HDF5: {error}",
            where=str(path),
            remedy="remove the file and run again: the job that wrote it did not end well",
        ) from error


def create(group: h5py.Group, arrays: Iterable[Array], sizes: dict[str, int]) -> None:
    """Reserve ``arrays`` in ``group``, full of NaN (integers: 0); ``sizes``: length per axis."""
    for array in arrays:
        shape = tuple(sizes[dim] for dim in array.dims)
        dtype = h5py.string_dtype() if array.dtype == TEXT else np.dtype(array.dtype)
        fill = np.nan if array.dtype.startswith("float") else None
        made = group.create_dataset(
            array.name, shape=shape, dtype=dtype, fillvalue=fill, dcpl=_reserved()
        )
        made.attrs["dims"], made.attrs["unit"] = " ".join(array.dims), array.unit
        made.attrs["meaning"] = array.meaning


def _reserved() -> h5py.h5p.PropDCID:
    """Space is taken when an array is created, so that filling it moves nothing in the file."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    return properties
