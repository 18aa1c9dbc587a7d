"""Sections: stretches of values, or of summaries, compressed one by one; where each lies."""

import struct
import zlib
from array import array
from typing import BinaryIO

import numpy as np
from isal import isal_zlib

from chromolens.genome.intervals import runs_of

CELL = 8192
"""Bases that are looked at together: chromosomes are cut into cells from their first base on."""
_LEVEL = 1  # of ISA-L; on contributions as small as level 6 of zlib, in a tenth of its time
_SHORT = 8192
"""Bytes below which zlib packs: isal 1.9.1 packs a few hundred bytes otherwise now and then, it
seems by memory that nobody has written; it did so with none of 108,000 longer sections."""
_HEAD = struct.Struct("<IIIIIBBH")  # chromId, start, end, itemStep, itemSpan, type, 0, itemCount
_BEDGRAPH, _FIXED_STEP = 1, 3
_ITEM = np.dtype([("start", "<u4"), ("end", "<u4"), ("value", "<f4")])
_ITEMS = 2048  # in a section of bedGraph
_INDEXED = 32  # bytes of the index for a section


class Sections:
    """Compressed sections in ``file``, one after the other.

    Attributes
    ----------
    chroms, starts, ends, sizes : array of uint32
        Of each section: its chromosome (number), its first base, the one behind its last, its
        compressed bytes.
    largest
        Bytes of the largest before it was compressed.
    """

    def __init__(self, file: BinaryIO):
        self.file = file
        self.chroms, self.starts, self.ends, self.sizes = (array("I") for _ in range(4))
        self.largest = 0

    def append(self, chrom: int, start: int, end: int, content: bytes) -> None:
        """Write ``content``, which is about [start, end) of chromosome number ``chrom``."""
        short = len(content) < _SHORT
        packed = zlib.compress(content) if short else isal_zlib.compress(content, _LEVEL)
        self.file.write(packed)
        self.largest = max(self.largest, len(content))
        self.chroms.append(chrom)
        self.starts.append(start)
        self.ends.append(end)
        self.sizes.append(len(packed))

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def total(self) -> int:
        """Compressed bytes of all."""
        return sum(self.sizes)


class Values:
    """Cells of values as sections: every base a number, or runs of equal ones.

    Of a cell the shorter form is taken: fixedStep has 4 bytes for a base, a section for each
    stretch without a gap; bedGraph has 12 bytes for a run of equal bits, and its sections go
    over many cells. So a cell's form follows from its values alone.
    """

    def __init__(self, file: BinaryIO):
        self.sections = Sections(file)
        self._chrom = 0
        self._items = np.empty(0, _ITEM)

    def add(
        self, cells: np.ndarray, known: np.ndarray, chroms: np.ndarray, firsts: np.ndarray
    ) -> None:
        """Write ``cells``, float32 (n, up to ``CELL``) from their first bases on.

        Parameters
        ----------
        cells
            Later than all before.
        known : bool, of the same shape
            Where there is a value.
        chroms, firsts : (n,)
            Number of each cell's chromosome, and its first base.
        """
        bits = cells.view(np.uint32)
        opens, fresh = known.copy(), np.empty_like(known)  # where stretches, and runs, begin
        opens[:, 1:] &= ~known[:, :-1]
        fresh[:, :1], fresh[:, 1:] = known[:, :1], bits[:, 1:] != bits[:, :-1]
        fresh &= known
        fresh |= opens
        bases, stretches, runs = (
            np.array([np.count_nonzero(row) for row in one]) for one in (known, opens, fresh)
        )
        dense = 4 * bases + (_HEAD.size + _INDEXED) * stretches <= _ITEM.itemsize * runs
        for row, (chrom, first) in enumerate(zip(chroms.tolist(), firsts.tolist(), strict=True)):
            if dense[row] or chrom != self._chrom:
                self.flush()
                self._chrom = chrom
            if not dense[row]:
                self._add_runs(cells[row], known[row], fresh[row], first)
            else:
                for start, end in runs_of(known[row]):
                    place = first + start, first + end
                    self._write(_FIXED_STEP, *place, cells[row, start:end], 1)

    def _add_runs(
        self, cell: np.ndarray, known: np.ndarray, fresh: np.ndarray, first: int
    ) -> None:
        """Keep the runs, which begin where ``fresh``; write what fills a section."""
        starts = np.flatnonzero(fresh)
        items = np.empty(len(starts), _ITEM)
        ends = known & np.append(fresh[1:] | ~known[1:], True)
        items["start"], items["end"] = first + starts, first + np.flatnonzero(ends) + 1
        items["value"] = cell[starts]
        self._items = np.concatenate([self._items, items])
        while len(self._items) >= _ITEMS:
            self._write_runs(self._items[:_ITEMS])
            self._items = self._items[_ITEMS:]

    def flush(self) -> None:
        """Write what is kept."""
        if len(self._items):
            self._write_runs(self._items)
            self._items = self._items[:0]

    def _write_runs(self, items: np.ndarray) -> None:
        self._write(_BEDGRAPH, int(items["start"][0]), int(items["end"][-1]), items, 0)

    def _write(self, kind: int, start: int, end: int, items: np.ndarray, step: int) -> None:
        head = _HEAD.pack(self._chrom, start, end, step, step, kind, 0, len(items))
        self.sections.append(self._chrom, start, end, b"".join([head, items]))
