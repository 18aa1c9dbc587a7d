"""The HDF5 files that jobs hand to one another, with every array declared once.

Four kinds, all with the attributes of a ``Header`` at the root:

region shard    a group ``chrom-start-end`` per region of the genome: ``REGION``, ``COVER`` and
                ``TILING``, ``REGION_AGREEMENT`` where a fold has replicates, and
                ``FOLD_AGREEMENT`` where all folds were asked
record shard    for sequences without a genome, a group ``records``: ``RECORDS``, and
                ``RECORD_AGREEMENT`` where a fold has replicates
windows         a group per task: ``WINDOWS``, and ``HYPOTHETICAL`` where the method defines it;
                ``scales/{task}`` holds each fold's scale as an attribute
joined records  ``EXPORT``, one file per task

Missing numbers are NaN, never 0. Arrays lie in one uncompressed piece that is reserved when
the file is created: a full disk is noticed before they are filled. Behind the HDF5 file stands
the CRC-32 of each task's part of each array, and of everything else: ``open_scores`` compares
them, because HDF5 doesn't notice a byte that changed.
"""

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np

from chromolens.errors import BadInput
from chromolens.runlog import atomic

TEXT = "text"
_SEAL = struct.Struct("<QI8s")  # bytes of the HDF5 file, CRC-32 of what follows it, mark
_MARK = b"CLSEALED"
_AT_ONCE = 2**22  # bytes
_AGAIN = "remove the file and run again"
_COMPARED: dict[tuple[str, int], set] = {}


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
COVER = (
    Array("stretch_start", "int32", ("stretch",), "bp, 0-based",
          "first base of each stretch that windows cover: `base` counts their bases, end to end"),
    Array("stretch_end", "int32", ("stretch",), "bp, 0-based", "behind its last base"),
)  # fmt: skip
COVERED = tuple(array.name for array in COVER)
TILING = (
    Array("window_start", "int32", ("window",), "bp, 0-based",
          "windows whose kept part begins in the region"),
    *_per_answer(("task", "window")),
)  # fmt: skip
RECORDS = (
    Array("id", TEXT, ("window",), "", "name of the record"),
    Array("contributions", "float32", _RECORD_BASES, _TARGET, "of the observed bases"),
    *_per_answer(("task", "window")),
)
REGION_AGREEMENT = _agreement(_BASES)
RECORD_AGREEMENT = _agreement(_RECORD_BASES)
FOLD_AGREEMENT = (
    Array("fold_mean", "float32", _BASES, _TARGET,
          "mean over the folds, all but one of which saw the base in training"),
    Array("fold_sd", "float32", _BASES, _TARGET, "standard deviation over the folds (n - 1)"),
    Array("fold_sign", "float32", _BASES, "share", "folds whose sign is that of their mean"),
)  # fmt: skip
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

    def after(self, runs: list[dict]) -> "Header":
        """This header where the file was computed by several jobs, one going on with another's."""
        then = {"then": runs[1:]} if runs[1:] else {}
        return replace(self, run={**runs[0], **then})

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


@contextmanager
def written(path: str | Path, header: Header) -> Iterator[h5py.File]:
    """A new file with ``header`` that becomes ``path``, sealed, if the block ends well."""
    with atomic(path) as temporary:
        with h5py.File(temporary, "w") as file:
            header.write(file)
            yield file
        seal(temporary)


def open_scores(
    path: str | Path, arrays: Collection[str] | None = None, row: int | None = None
) -> h5py.File:
    """Open a file of scores for reading.

    BadInput naming it, and the array, where it can't be read or isn't what was written. Compared
    are the content of ``arrays`` (names; None: all), of those with an axis ``task`` only ``row``
    (None: all), and everything else in the file. What was compared is not compared again.
    """
    try:
        _compare(path, arrays, row)
        return h5py.File(path, "r")
    except OSError as error:
        raise BadInput(
            f"can't be read as HDF5: {error}", where=str(path), remedy=_AGAIN
        ) from error


def seal(path: str | Path) -> None:
    """Note behind the HDF5 file ``path`` the digests that ``open_scores`` compares.

    HDF5 doesn't read there. It isn't asked before: a damaged file may keep it busy for ever.
    """
    found: list[h5py.Dataset] = []
    with h5py.File(path, "r") as file, open(path, "r+b") as raw:
        file.visititems(
            lambda _, one: found.append(one) if isinstance(one, h5py.Dataset) else None
        )
        size, arrays = os.fstat(raw.fileno()).st_size, {}
        for array in (one for one in found if one.id.get_offset() is not None):
            tasks = str(array.attrs.get("dims", "")).startswith("task ")
            rows = array.shape[0] if tasks else 1
            arrays[array.name] = [array.id.get_offset(), array.id.get_storage_size(), rows]
        about = {
            "arrays": {name: [*place, _rows(raw, *place)] for name, place in arrays.items()},
            "rest": _rest(raw, size, arrays.values()),
        }
        content = json.dumps(about).encode()
        raw.seek(size)
        raw.write(content + _SEAL.pack(size, zlib.crc32(content), _MARK))


def _compare(path: str | Path, names: Collection[str] | None, row: int | None) -> None:
    with open(path, "rb") as raw:
        stat = os.fstat(raw.fileno())
        known = _COMPARED.setdefault((os.path.realpath(path), stat.st_mtime_ns), set())
        size, about = _read_seal(raw, stat.st_size)
        if "rest" not in known and about["rest"] != _rest(raw, size, about["arrays"].values()):
            raise _damaged(path, "what it says of its arrays is")
        known.add("rest")
        for name, (offset, length, rows, digests) in about["arrays"].items():
            if names is None or name.rpartition("/")[2] in names:
                own = range(rows) if row is None or rows == 1 else [row]
                for number in own:
                    place = offset + number * (length // rows), length // rows, 1
                    if (name, number) not in known and _rows(raw, *place) != [digests[number]]:
                        raise _damaged(path, f"{name} is")
                    known.add((name, number))


def _read_seal(raw: BinaryIO, end: int) -> tuple[int, dict]:
    """Bytes of the HDF5 file, and what stands behind it."""
    raw.seek(max(0, end - _SEAL.size))
    last = raw.read(_SEAL.size)
    size, digest, mark = _SEAL.unpack(last) if len(last) == _SEAL.size else (0, 0, b"")
    if mark == _MARK and size < end:
        raw.seek(size)
        content = raw.read(end - size - _SEAL.size)
        if zlib.crc32(content) == digest:
            return size, json.loads(content)
    raise _damaged(raw.name, "its end is")


def _damaged(path: str | Path, what: str) -> BadInput:
    return BadInput(
        f"{what} not what was written: the file is damaged, or its job did not end well",
        where=str(path),
        remedy=_AGAIN,
    )


def _rows(raw: BinaryIO, offset: int, size: int, rows: int) -> list[int]:
    """CRC-32 of each of equal parts of a stretch of bytes."""
    each = size // rows
    return [_crc32(raw, offset + row * each, each) for row in range(rows)]


def _rest(raw: BinaryIO, end: int, arrays: Iterable[list]) -> int:
    """CRC-32 of all bytes before ``end`` that are in no array."""
    start = crc = 0
    for offset, size in sorted((offset, size) for offset, size, *_ in arrays):
        crc, start = _crc32(raw, start, offset - start, crc), offset + size
    return _crc32(raw, start, end - start, crc)


def _crc32(raw: BinaryIO, start: int, size: int, crc: int = 0) -> int:
    raw.seek(start)
    while size > 0 and (part := raw.read(min(size, _AT_ONCE))):
        crc, size = zlib.crc32(part, crc), size - len(part)
    return crc


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
