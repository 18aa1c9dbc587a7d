"""Two runs of a study, file by file: equal, equal to rounding, or different, and where.

Rows, words and whole numbers of tables must be equal. Fractions agree to a share of their column's
largest, tracks and arrays to a share of their largest number. What a run says of itself is left
out: times, provenance, and the pages that show them.
"""

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyBigWig

from chromolens.errors import BadInput
from chromolens.kernels import AGREEMENT
from chromolens.study import Study

DIGITS = 1e-4
"""Largest difference of fractions in a table, as a share of their column's largest."""
EQUAL, ROUNDING, DIFFERS, MISSING = "equal", "equal to rounding", "different", "missing"

_OF_THE_RUN = frozenset(
    "provenance report report_zip motif_page tracks_page igv_session card".split()
)
"""Kinds of results that tell times or places of the run."""
_TIMED = re.compile(r"(cpu_)?seconds")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])")
_BINARY = "BIUOS"  # kinds of arrays that have no fractions


@dataclass(frozen=True)
class Difference:
    """What two files have apart: the ``largest`` in their unit, and ``where``; "" if nothing."""

    largest: float = 0.0
    where: str = ""


def compare(one: Study, other: Study) -> pd.DataFrame:
    """Hold each result of ``one`` against that of ``other``: a row per file.

    Columns kind, file (below the study's folder), verdict (``equal``, ``equal to rounding``,
    ``different``, ``missing``), largest (difference, as a share), where.

    Raises
    ------
    BadInput
        The studies have no results in common.
    """
    theirs = {_named(path, other): path for path in other.index["path"]}
    rows = []
    for row in one.index.itertuples():
        if row.kind in _OF_THE_RUN:
            continue
        path = theirs.get(_named(row.path, one), "")
        verdict, found = _files(one.folder / row.path, other.folder / path if path else None)
        rows.append((row.kind, row.path, verdict, found.largest, found.where))
    table = pd.DataFrame(rows, columns=["kind", "file", "verdict", "largest", "where"])
    if table["verdict"].eq(MISSING).all():
        raise BadInput(
            f"{other.folder} has none of the results of {one.folder}",
            expected="two runs of one study, by index.tsv of each",
        )
    return table


def _named(path: str, study: Study) -> str:
    """A result's path whatever the study is called: names of some files begin with that."""
    return re.sub(rf"(^|/){re.escape(study.folder.name)}\.", r"\1STUDY.", path)


def _files(one: Path, other: Path | None) -> tuple[str, Difference]:
    if not one.exists():
        return MISSING, Difference(where="not in the first")
    if other is None or not other.exists():
        return MISSING, Difference(where="not in the second")
    contents = [_content(path) for path in (one, other)]
    if contents[0] == contents[1]:
        return EQUAL, Difference()
    found = _reader(one)(one, other)
    if found.largest == 0:
        return EQUAL, found
    most = AGREEMENT if _reader(one) in (_tracks, _arrays, _networks) else DIGITS
    return ROUNDING if found.largest <= most else DIFFERS, found


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def _reader(path: Path) -> Callable[[Path, Path], Difference]:
    readers = {".bw": _tracks, ".h5": _arrays, ".keras": _networks}
    return readers.get(path.suffix, _tables)


def _tables(one: Path, other: Path) -> Difference:
    """Of text, cell by cell; what takes time is left out."""
    texts = [_content(path).decode(errors="replace").splitlines() for path in (one, other)]
    if len(texts[0]) != len(texts[1]):
        return Difference(np.inf, f"{len(texts[0])} lines, {len(texts[1])} lines")
    frames = [pd.DataFrame([line.split("\t") for line in text], dtype=str) for text in texts]
    if frames[0].shape != frames[1].shape:
        return Difference(np.inf, "numbers of columns")
    first, second = (_untimed(frame) for frame in frames)
    worst = Difference()
    for column in first:
        scale = pd.to_numeric(first[column], errors="coerce").abs().max()
        for line in first.index[first[column] != second[column]]:
            cells = str(first.at[line, column]), str(second.at[line, column])
            apart = _apart(*cells, scale if scale > 0 else 1.0)
            if apart > worst.largest:
                worst = Difference(apart, f"line {line + 1}: {cells[0]}, {cells[1]}")
    return worst


def _untimed(frame: pd.DataFrame) -> pd.DataFrame:
    """A table without columns of seconds, and without lines that say some."""
    named = frame.iloc[0].astype(str)
    frame = frame.loc[:, [not _TIMED.fullmatch(name) for name in named]]
    return frame[~frame.isin(["seconds", "cpu_seconds"]).any(axis=1)]


def _apart(one: str, other: str, scale: float) -> float:
    """Largest difference of the numbers in two cells, in ``scale``; infinite where words differ.

    What is within ``AGREEMENT`` as it stands counts as 0: errors of completeness are rounding.
    """
    texts = [_NUMBER.sub("#", cell) for cell in (one, other)]
    pairs = list(zip(*map(_NUMBER.findall, (one, other)), strict=False))
    whole = any(a != b and f"{a}{b}".lstrip("-").isdigit() for a, b in pairs)
    if texts[0] != texts[1] or whole:
        return np.inf
    apart = max(abs(float(a) - float(b)) for a, b in pairs)
    return apart / scale if apart > AGREEMENT else 0.0


def _tracks(one: Path, other: Path) -> Difference:
    first, second = (pyBigWig.open(str(path)) for path in (one, other))
    if first.chroms() != second.chroms():
        return Difference(np.inf, "chromosomes")
    pairs = (
        (chrom, *(track.values(chrom, 0, size, numpy=True) for track in (first, second)))
        for chrom, size in first.chroms().items()
    )
    return _worst((f"{name}:", a, b, np.nanmax(np.abs(a), initial=0)) for name, a, b in pairs)


def _arrays(one: Path, other: Path) -> Difference:
    with h5py.File(one) as first, h5py.File(other) as second:
        return _worst(_datasets(first, second))


def _networks(one: Path, other: Path) -> Difference:
    """Of Keras archives: their weights, and what describes the layers."""
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        if first.read("config.json") != second.read("config.json"):
            return Difference(np.inf, "config.json")
        weights = [io.BytesIO(archive.read("model.weights.h5")) for archive in (first, second)]
    with h5py.File(weights[0]) as first, h5py.File(weights[1]) as second:
        return _worst(_datasets(first, second))


def _datasets(
    first: h5py.File, second: h5py.File
) -> Iterator[tuple[str, np.ndarray, np.ndarray, float]]:
    names: list[str] = []
    first.visititems(lambda name, item: names.append(name) if hasattr(item, "shape") else None)
    for name in names:
        if name not in second:
            yield f"{name} ", np.zeros(1), np.zeros(0), 1.0
            continue
        # an error of completeness is rounding itself: its unit is the target's
        unit = first[name.replace("completeness_error", "values")]
        whole = unit.dtype.kind in _BINARY or not unit.size
        scale = 1.0 if whole else float(np.nanmax(np.abs(unit[()]), initial=0))
        yield f"{name} ", np.asarray(first[name][()]), np.asarray(second[name][()]), scale


def _worst(pairs: Iterator[tuple[str, np.ndarray, np.ndarray, float]]) -> Difference:
    """Of arrays that must be absent at the same places, and agree elsewhere as to their scale."""
    worst = Difference()
    for name, first, second, scale in pairs:
        if first.shape != second.shape:
            return Difference(np.inf, f"{name}{first.shape}, {second.shape}")
        if first.dtype.kind in _BINARY:
            apart = np.where(first == second, 0.0, np.inf)
        else:
            gaps = np.isnan(first) != np.isnan(second)
            near = np.nan_to_num(np.abs(first - second)) / (scale or 1.0)
            apart = np.where(gaps, np.inf, near)
        if apart.max(initial=0) > worst.largest:
            place = np.unravel_index(int(apart.argmax()), apart.shape)
            worst = Difference(float(apart.max()), name + ",".join(map(str, place)))
    return worst
