"""Windows of a genome as networks read them: one-hot from its FASTA, profiles from bigWigs."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.inputs.batches import Dna
from chromolens.inputs.genome.reading import Reader
from chromolens.inputs.genome.signals import open_signals
from chromolens.inputs.peaks import Names


class GenomeWindows(Dna):
    """Windows of a genome.

    Parameters
    ----------
    windows
        ``tables.inputs.GENOME_WINDOWS``, all of one width; ``where`` names its file, for messages.
    fasta
        Indexed.
    signals, chromosome_names
        As ``open_inputs`` takes them.
    """

    def __init__(
        self,
        windows: pd.DataFrame,
        fasta: str,
        signals: Mapping[str, Mapping[str, str | Sequence[str]]],
        chromosome_names: Names,
        where: str,
    ):
        widths = (windows["end"] - windows["start"]).unique()
        if len(widths) != 1:
            raise BadInput(
                f"windows have {len(widths)} widths", expected="one width, in bp", where=where
            )
        super().__init__(windows, int(widths[0]))
        self._reader = Reader(fasta)
        circular = self._reader.circular if signals else {}
        self._signals = open_signals(signals, chromosome_names, circular)
        self._chroms = windows["chrom"].to_numpy(dtype=str)
        self._starts = windows["start"].to_numpy(dtype=np.int64)

    def moved(self, rows: np.ndarray, by: int) -> np.ndarray:
        """Return the windows ``by`` bp to the right of ``rows``, one-hot."""
        return self.arrays(rows, np.full(len(rows), by))

    def profiles(
        self,
        rows: np.ndarray,
        task: str,
        length: int,
        shifts: np.ndarray | None = None,
        reverse: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return counts float32 (n, length, strands), summed over a strand's bigWigs."""
        if task not in self._signals:
            raise BadInput(f"task {task!r} has no signal", expected=", ".join(self._signals))
        if not 0 < length <= self.length:
            raise BadInput(f"a profile of {length} bp", expected=f"1 to {self.length} bp")
        rows = np.asarray(rows)
        starts = self._shifted(rows, shifts) + (self.length - length) // 2
        tracks = self._signals[task]
        strands = [tracks[strand] for strand in ("plus", "minus") if strand in tracks]
        values = [strand.values(self._chroms[rows], starts, length) for strand in strands]
        batch = np.stack(values, axis=-1)
        if reverse is not None:
            reverse = np.asarray(reverse, dtype=bool)
            batch[reverse] = batch[reverse, ::-1, ::-1]
        return batch

    def _shifted(self, rows, shifts):
        starts = self._starts[rows]
        if shifts is None:
            return starts
        sizes = self._reader.sizes
        chroms, moved = self._chroms[rows], starts + np.asarray(shifts)
        last = np.array([sizes[chrom] for chrom in chroms], dtype=np.int64) - self.length
        around = np.isin(chroms, list(self._reader.circular))
        return np.where(around, moved, np.clip(moved, 0, last))

    def _codes(self, rows, starts, margin):
        width = self.length + 2 * margin
        return self._reader.codes(self._chroms[rows], starts - margin, width)
