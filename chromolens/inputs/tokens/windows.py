"""Records as networks of tokens read them: numbers, padded at the end."""

from collections.abc import Iterable
from copy import copy

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.inputs.batches import Inputs
from chromolens.inputs.tokens.vocabulary import FIRST, PADDING, UNKNOWN


class Tokens(Inputs):
    """The records of a study: a position is a token, ``channels`` how many numbers there are.

    ``windows`` is a table of records (``tables.inputs.TOKEN_WINDOWS``).
    """

    def __init__(self, windows: pd.DataFrame):
        rows = [np.fromstring(text, np.int32, sep=" ") for text in windows["tokens"]]
        if len(set(map(len, rows))) != 1:
            raise BadInput(f"records have {len(set(map(len, rows)))} lengths", expected="one")
        self._numbers = np.stack(rows)
        channels = max(FIRST, int(self._numbers.max()) + 1)
        super().__init__(windows, self._numbers.shape[1], channels)
        self._known = np.ones(channels, bool)

    def for_training(self, groups: Iterable[str]) -> "Tokens":
        """Return these records as a training on ``groups`` sees them.

        A token that none of its records has is unknown to it: no vector was learned for it.
        """
        seen = copy(self)
        rows = self.windows["group"].isin(list(groups)).to_numpy()
        if not rows.any():
            raise BadInput("there are no records to train on", where=", ".join(groups))
        seen._known = np.zeros(self.channels, bool)
        seen._known[self._numbers[rows]] = True
        seen._known[[PADDING, UNKNOWN]] = True
        return seen

    def arrays(
        self,
        rows: np.ndarray,
        shifts: np.ndarray | None = None,
        reverse: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return tokens int32 (n, length): no token is widened to the vocabulary."""
        numbers = self._numbers[np.asarray(rows)]
        return np.where(self._known[numbers], numbers, np.int32(UNKNOWN))

    def frequencies(self, rows: np.ndarray) -> list[float]:
        """Share of each number among the tokens of ``rows``, padding apart."""
        counts = np.bincount(self.arrays(rows).ravel(), minlength=self.channels)
        counts[PADDING] = 0
        return (counts / counts.sum()).tolist()
