"""Write a bigWig from values as they come, in order; memory is a few megabytes.

Equal values give equal bytes (by one library on one kind of processor), however they are cut into
calls: cells, bins and sections lie on a grid of the chromosome.
"""

import struct
from collections.abc import Mapping
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

import numpy as np

from chromolens.errors import BadInput
from chromolens.genome.bigwig.sections import CELL, Values
from chromolens.genome.bigwig.trees import chromosome_tree, section_tree
from chromolens.genome.bigwig.zooms import FIRST, LEVELS, Level, Zooms, summarise
from chromolens.genome.sizes import check_lengths

_MAGIC = 0x888FFC26
_HEAD = struct.Struct("<IHHQQQHHQQIQ")
_ZOOM = struct.Struct("<IIQQ")  # reductionLevel, reserved, dataOffset, indexOffset
_TOTAL = struct.Struct("<Qdddd")  # basesCovered, minVal, maxVal, sumData, sumSquares
_CELLS = 16  # written at a time


class BigWigWriter:
    """Write the values of a genome into ``file``: ``add`` them all, then ``finish``.

    Parameters
    ----------
    file
        Opened for writing; it can seek.
    sizes
        Length of every chromosome (bp), in the order of the file; also of those without values.
    folder
        Where zoom levels wait on the disk.

    Raises
    ------
    BadInput
        There is no chromosome, or one is longer than ``genome.sizes.LONGEST``.
    """

    def __init__(self, file: BinaryIO, sizes: Mapping[str, int], folder: str | Path):
        if not sizes:
            raise BadInput("a track without chromosomes", expected="one at least")
        check_lengths(sizes)
        self._file, self._names = file, list(sizes)
        self._numbers = {name: number for number, name in enumerate(sizes)}
        self._lengths = np.array(list(sizes.values()), np.int64)
        file.write(bytes(_HEAD.size + LEVELS * _ZOOM.size + _TOTAL.size))
        self._tree_at = file.tell()
        file.write(chromosome_tree(sizes, self._tree_at))
        self._data_at = file.tell()
        file.write(bytes(8))  # dataCount
        self._values = Values(file)
        self._zooms = Zooms(self._lengths, folder)
        self._cells = np.full((_CELLS, CELL), np.nan, np.float32)
        self._chroms, self._firsts = np.empty(_CELLS, np.int64), np.empty(_CELLS, np.int64)
        self._used = self._width = 0  # rows of it, and the columns in which anything stands
        self._behind = (0, 0)  # chromosome and base before which all is written

    def __enter__(self) -> "BigWigWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._zooms.close()

    def add(self, chrom: str, start: int, values: np.ndarray) -> None:
        """Write the values of the bases from ``start`` on; NaN: there is none.

        Parameters
        ----------
        values : (n,)
            Real numbers, written as float32. Zero keeps its sign, subnormal numbers stay.

        Raises
        ------
        BadInput
            The chromosome is unknown, the values reach past its end, or stand before or on what
            is written; they are infinite as float32, or no numbers in one row.
        """
        number, values = self._checked(chrom, start, values)
        flat, done = self._cells.reshape(-1), 0
        while done < len(values):
            base = start + done
            row = self._row(number, base)
            first = row * CELL + base % CELL
            many = min(len(values) - done, flat.size - first)
            flat[first : first + many] = values[done : done + many]
            rows = np.arange(row, -(-(first + many) // CELL))
            self._chroms[rows] = number
            self._firsts[rows] = base - base % CELL + CELL * (rows - row)
            self._width = max(self._width, CELL if len(rows) > 1 else first % CELL + many)
            self._used, done = row + len(rows), done + many
        self._behind = (number, start + len(values))

    def _row(self, number: int, base: int) -> int:
        """The row of the cell that ``base`` is in: the last one, or the one behind it."""
        last = self._used - 1
        if last >= 0 and (self._chroms[last], self._firsts[last]) == (number, base - base % CELL):
            return last
        if self._used == _CELLS:
            self._flush()
        return self._used

    def _checked(self, chrom: str, start: int, values: np.ndarray) -> tuple[int, np.ndarray]:
        """Number of the chromosome, and the values as float32; BadInput as ``add`` says."""
        values = np.asarray(values)
        if values.ndim != 1 or values.dtype.kind not in "fiu":
            raise BadInput(
                f"values of a track are {values.dtype} of shape {values.shape}",
                expected="real numbers in one row",
                where=f"{chrom}:{start}",
            )
        number, end = self._numbers.get(chrom, -1), start + len(values)
        if number < 0 or not 0 <= start <= end <= self._lengths[number]:
            raise BadInput(
                f"{chrom}:{start}-{end} is not in the genome of the track",
                expected=f"{chrom} of {self._lengths[number]} bp" if number >= 0
                else f"one of {', '.join(self._names[:10])}",
            )  # fmt: skip
        if (number, start) < self._behind:
            before, base = self._behind
            raise BadInput(
                f"{chrom}:{start}-{end} comes behind {self._names[before]}:{base}",
                expected="values in the order of the chromosomes and their bases, each base once",
            )
        with np.errstate(over="ignore"):
            values = values.astype(np.float32, copy=False)
        if np.isinf(values).any():
            place = start + int(np.isinf(values).argmax())
            raise BadInput("an infinite value can't stand in a track", where=f"{chrom}:{place}")
        return number, values

    def _flush(self) -> None:
        """Write the cells that are filled."""
        used, wide = slice(self._used), slice(-(-self._width // FIRST) * FIRST)
        cells, chroms, firsts = self._cells[used, wide], self._chroms[used], self._firsts[used]
        parts = [cells, ~np.isnan(cells), chroms, firsts]
        some = parts[1].any(axis=1)
        if not some.all():
            parts = [part[some] for part in parts]
        self._values.add(*parts)
        self._zooms.add(summarise(*parts))
        cells.fill(np.nan)
        self._used = self._width = 0

    def finish(self) -> None:
        """Write what is left, the indices, the zoom levels and the head of the file."""
        self._flush()
        self._values.flush()
        self._zooms.finish()
        file, values = self._file, self._values.sections
        index_at = file.tell()
        file.write(section_tree(values, self._data_at + 8, index_at))
        zooms = [self._write_level(level) for level in self._zooms.worth(values.total)]
        file.write(struct.pack("<I", _MAGIC))
        largest = max(one.largest for one in [values, *(i.sections for i in self._zooms.levels)])
        total_at = self._tree_at - _TOTAL.size
        places = (self._tree_at, self._data_at, index_at, 0, 0, 0, total_at, largest, 0)
        file.seek(0)
        file.write(_HEAD.pack(_MAGIC, 4, len(zooms), *places) + b"".join(zooms))
        file.seek(total_at)
        file.write(_TOTAL.pack(*self._zooms.total))
        file.seek(self._data_at)
        file.write(struct.pack("<Q", len(values)))

    def _write_level(self, level: Level) -> bytes:
        """Write a zoom level; its head."""
        file = self._file
        data_at = file.tell()
        file.write(struct.pack("<I", level.records))
        level.sections.file.seek(0)
        copyfileobj(level.sections.file, file)
        index_at = file.tell()
        file.write(section_tree(level.sections, data_at + 4, index_at))
        return _ZOOM.pack(level.reduction, 0, data_at, index_at)
