"""Signals: raw counts per base from bigWigs, checked before they are believed.

Several bigWigs of one strand (replicates) are summed. A base without a value counts 0. Counts
of the minus strand are positive numbers, like those of the plus strand.
"""

import math
import struct
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome import bigwig_process
from chromolens.genome.apart import read_apart
from chromolens.genome.circular import wrapped
from chromolens.genome.names import mapping_line, names_in, suggest_names
from chromolens.inputs.genome.reading import blocks
from chromolens.inputs.peaks import Names

if TYPE_CHECKING:
    import pyBigWig

STRANDS = ("plus", "minus", "control")
_BLOCK = 1 << 14  # bp read at once; a bigWig's own blocks are small
_KEPT = 1024
LARGEST = 1e9  # sums of more would swallow the counts beside it
_MAGIC = 0x888FFC26
_HEADER = struct.Struct("IHHQQQ")  # magic, version, zooms, chromosome tree, data, index
_ZOOM = struct.Struct("IIQQ")  # reduction, reserved, data, index


class Signal:
    """Counts per base, summed over bigWigs; these are opened at the first reading.

    It keeps the blocks that it read last, at most 64 MB. Safe to use from several threads of one
    process. ``circular``: length (bp) of each circular chromosome, where a window may go on with
    the first bases.
    """

    def __init__(
        self,
        paths: Sequence[str],
        chromosome_names: Names | None = None,
        circular: Mapping[str, int] | None = None,
    ):
        self.paths, self._circular = [str(path) for path in paths], circular or {}
        self._names = chromosome_names or {}
        self._files: list = []
        self._called: list[dict[str, str]] = []
        self._lock = threading.Lock()
        self._stretch = lru_cache(maxsize=_KEPT)(self._read_stretch)

    def values(self, chroms: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
        """Return counts float32 (n, length) of [start, start + length) of each window.

        BadInput for a negative, infinite or huge count, here and in ``totals``.
        """
        starts = wrapped(chroms, starts, self._circular)
        counts = np.empty((len(starts), length), dtype=np.float32)
        columns = np.arange(length)
        for chrom, first, part in blocks(chroms, starts, _BLOCK):
            stretch = self._stretch(chrom, first, length)
            counts[part] = stretch[(starts[part] - first)[:, None] + columns]
        return counts

    def totals(self, chroms: np.ndarray, starts: np.ndarray, length: int) -> np.ndarray:
        """Return the total count float64 (n,) of each window."""
        starts = wrapped(chroms, starts, self._circular)
        totals = np.empty(len(starts))
        for chrom, first, part in blocks(chroms, starts, _BLOCK):
            stretch = self._stretch(chrom, first, length)
            sums = np.concatenate([[0.0], np.cumsum(stretch, dtype=np.float64)])
            offsets = starts[part] - first
            totals[part] = sums[offsets + length] - sums[offsets]
        return totals

    def _read_stretch(self, chrom: str, first: int, length: int) -> np.ndarray:
        """Return the counts of a block and of the ``length`` bases after it (outside: 0)."""
        counts = np.zeros(_BLOCK + length, dtype=np.float32)
        size = self._circular.get(chrom, math.inf)
        laps = [first] if first + len(counts) <= size else [first, first - int(size)]
        with self._lock:
            self._files = self._files or [open_bigwig(path) for path in self.paths]
            self._called = self._called or [
                names_in(file.chroms() or {}, self._names, path)
                for file, path in zip(self._files, self.paths, strict=True)
            ]
            for file, path, called in zip(self._files, self.paths, self._called, strict=True):
                if chrom in called:  # bedGraphToBigWig leaves out what has no signal
                    for lap in laps:
                        start = max(lap, 0)
                        part = _read_file(file, path, called[chrom], start, lap + len(counts))
                        _check_counts(part, path, called[chrom], start)
                        counts[start - lap :][: len(part)] += part
        return counts


def open_signals(
    signals: Mapping[str, Mapping[str, str | Sequence[str]]],
    chromosome_names: Names,
    circular: Mapping[str, int] | None = None,
) -> dict[str, dict[str, Signal]]:
    """Return for each task its signals: plus, minus, control -> Signal (nothing is read yet)."""
    return {
        task: {
            strand: Signal(as_list(paths), chromosome_names, circular)
            for strand, paths in tracks.items()
            if paths
        }
        for task, tracks in signals.items()
    }


def check_signals(
    signals: Mapping[str, Mapping[str, str | Sequence[str]]],
    sizes: Mapping[str, int],
    chromosomes: Iterable[str],
    chromosome_names: Names,
) -> dict[str, list[str]]:
    """Return for each task those of ``chromosomes`` that some bigWig lacks: they count 0 there.

    BadInput unless every bigWig can serve: it opens and is whole; it has some of ``chromosomes``
    (after ``chromosome_names``: name in the file -> name in the FASTA) and calls none of the
    others by another name; its chromosomes are as long as ``sizes`` says (bp).
    """
    chromosomes, lacking = list(chromosomes), {}
    for task, tracks in signals.items():
        odd = [strand for strand in tracks if strand not in STRANDS]
        if odd or not tracks.get("plus"):
            raise BadInput(
                f"the signals of {task} are {', '.join(tracks) or 'none'}",
                expected="plus, and where there are such minus and control",
            )
        for path in [path for paths in tracks.values() if paths for path in as_list(paths)]:
            lacking.setdefault(task, []).extend(
                _check_chromosomes(path, sizes, chromosomes, chromosome_names)
            )
    return {task: list(dict.fromkeys(names)) for task, names in lacking.items() if names}


def open_bigwig(path: str) -> "pyBigWig.bigWigFile":
    """Open a bigWig with pyBigWig; BadInput if it is missing, no bigWig, or cut short."""
    import pyBigWig

    _check_header(path)
    read_apart(bigwig_process.__file__, path, "bigWig")
    return pyBigWig.open(str(path))


def as_list(paths: str | Path | Sequence[str]) -> list[str]:
    """Return one path, or several, as a list."""
    return [str(paths)] if isinstance(paths, str | Path) else [str(path) for path in paths]


def _check_header(path: str) -> None:
    """Compare the places that the header names (index, zoom levels) with the file's size."""
    try:
        size = Path(path).stat().st_size
        with open(path, "rb") as file:
            start = file.read(64)
            order = _byte_order(start)
            header = struct.Struct(order + _HEADER.format).unpack_from(start)
            zoom = struct.Struct(order + _ZOOM.format)
            zooms = list(zoom.iter_unpack(file.read(zoom.size * header[2])))
    except OSError as error:
        raise BadInput(f"this bigWig can't be read: {error}", where=str(path)) from error
    except struct.error as error:
        raise BadInput(
            "this file is no bigWig, or cut short",
            where=str(path),
            remedy="copy or download it again",
        ) from error
    places = [*header[3:6], *(place for level in zooms for place in level[2:])]
    if max(places) >= size:
        raise BadInput(
            f"this bigWig is cut short: it has {size} bytes and an index at byte {max(places)}",
            where=str(path),
            remedy="copy or download it again",
        )


def _byte_order(start: bytes) -> str:
    for order in "<>":
        if len(start) >= 64 and struct.unpack_from(order + "I", start)[0] == _MAGIC:
            return order
    raise struct.error("no bigWig header")


def _check_chromosomes(
    path: str, sizes: Mapping[str, int], chromosomes: list[str], names: Names
) -> list[str]:
    """Those of ``chromosomes`` that the bigWig doesn't have."""
    file = open_bigwig(path)
    found = file.chroms() or {}
    file.close()
    called = names_in(found, names, path)
    missing = [chrom for chrom in chromosomes if chrom not in called]
    unknown = [name for name in found if name not in names and name not in sizes]
    likely = suggest_names(unknown, missing)
    if likely or len(missing) == len(chromosomes):
        line = mapping_line(likely or {name: "..." for name in unknown[:3]})
        raise BadInput(
            f"the bigWig has no {', '.join(missing[:10])}",
            expected=f"the chromosomes of the folds; it has {', '.join(list(found)[:10])}",
            where=str(path),
            remedy=f"map its names in inputs.{line} (name in the file: name in the FASTA)",
        )
    for chrom, name in called.items():
        if found[name] != sizes.get(chrom, found[name]):
            raise BadInput(
                f"{chrom} has {found[name]} bp in the bigWig and {sizes[chrom]} in the FASTA",
                expected="the same assembly",
                where=str(path),
            )
    return missing


def _check_counts(counts: np.ndarray, path: str, chrom: str, start: int) -> None:
    """BadInput at the first of ``counts`` that is none; ``chrom`` is the file's own name."""
    odd = ~((counts >= 0) & (counts <= LARGEST))
    if odd.any():
        offset = int(np.argmax(odd))
        base = start + offset
        raise BadInput(
            f"the count of base {base + 1:,} of {chrom} is {counts[offset]:g}",
            expected=f"counts of 0 to {LARGEST:g}, on the minus strand too",
            where=f"{path}, as bedGraph (from 0): {chrom} {base} {base + 1}",
            remedy="write the minus strand's counts as positive numbers; leave a base without a "
            "count out of the file",
        )


def _read_file(file, path: str, chrom: str, start: int, end: int) -> np.ndarray:
    """Return the values of [start, end), or of what the chromosome has of it; NaN becomes 0."""
    try:
        end = min(end, file.chroms(chrom) or 0)
        values = file.values(chrom, start, end, numpy=True)
        return np.where(np.isnan(values), np.float32(0), values)
    except RuntimeError as error:
        raise BadInput(
            f"{chrom}:{start}-{end} can't be read from this bigWig: it is damaged, or has no "
            "such place",
            where=str(path),
        ) from error
