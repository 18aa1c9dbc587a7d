"""Records as networks read them: one-hot, without a genome around them."""

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.onehot import codes_of
from chromolens.inputs.batches import Dna


class Sequences(Dna):
    """Records of their own, without a genome around them.

    ``windows`` is a table of records (``tables.inputs.RECORD_WINDOWS``), all of one length;
    ``where`` names its file, for messages.
    """

    def __init__(self, windows: pd.DataFrame, where: str):
        lengths = windows["sequence"].str.len().unique()
        if len(lengths) != 1:
            raise BadInput(
                f"sequences have {len(lengths)} lengths", expected="one length", where=where
            )
        super().__init__(windows, int(lengths[0]))
        self._sequences = windows["sequence"].to_numpy(dtype=object)

    def _shifted(self, rows, shifts):
        return np.zeros(len(rows), dtype=np.int64)

    def _codes(self, rows, starts, margin):
        if margin:
            raise BadInput(f"sequences have nothing {margin} bp beyond their ends to read")
        text = "".join(self._sequences[rows])
        return codes_of(text).reshape(len(rows), self.length)
