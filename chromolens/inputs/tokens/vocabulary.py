"""Texts as tokens, and tokens as numbers.

Number 0 is padding, 1 every token that is unknown; the vocabulary goes on from there, the most
frequent first.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.inputs.windows import Tally
from chromolens.tables.inputs import VOCABULARY

PADDING, UNKNOWN, FIRST = 0, 1, 2
"""Numbers that stand for no token of the vocabulary, and the first that does."""
UNKNOWN_TOKEN = "tokens outside the vocabulary, taken as unknown"
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_KMER = re.compile("[ACGT]+")


@dataclass(frozen=True)
class Splitter:
    """How a text falls into tokens; see ``tokens.prepare`` for the settings."""

    kmer: int = 0
    step: int = 1
    lower: bool = True

    def __call__(self, text: str) -> list[str]:
        """The tokens of a text, in order."""
        if not self.kmer:
            return _WORD.findall(text.lower() if self.lower else text)
        bases = "".join(text.split()).upper().replace("U", "T")
        return [bases[i : i + self.kmer] for i in self.starts(len(bases))]

    def starts(self, bases: int) -> range:
        """First base of each token of ``bases`` bases: how k-mers are found again."""
        return range(0, bases - self.kmer + 1, self.step)

    def can_hold(self, token: str) -> bool:
        """Whether a token may stand in the vocabulary: k-mers of other letters may not."""
        return not self.kmer or _KMER.fullmatch(token) is not None


def numbers_of(
    records: Iterable[Sequence[str]], split: Splitter, min_records: int
) -> dict[str, int]:
    """Token -> number of those that stand in ``min_records`` of the ``records`` or more."""
    count, of_records = Counter(), Counter()
    for tokens in records:
        count.update(tokens)
        of_records.update(set(tokens))
    kept = [token for token in count if of_records[token] >= min_records and split.can_hold(token)]
    if not kept:
        raise BadInput(
            f"no token stands in {min_records} training records or more",
            expected="texts that share tokens",
            remedy="say inputs.min_records: 1",
        )
    kept.sort(key=lambda token: (-count[token], token))
    return {token: number for number, token in enumerate(kept, start=FIRST)}


def numbered(
    records: Iterable[Sequence[str]], known: Mapping[str, int], length: int, tally: Tally
) -> np.ndarray:
    """The numbers of the tokens of each record, int (n, length); the unknown ones are counted."""
    records = list(records)
    tally.add(UNKNOWN_TOKEN, "", [t for tokens in records for t in tokens if t not in known])
    numbers = np.full((len(records), length), PADDING)
    for row, tokens in zip(numbers, records, strict=True):
        row[: len(tokens)] = [known.get(token, UNKNOWN) for token in tokens]
    return numbers


def counted(windows: pd.DataFrame, groups: Collection[str]) -> pd.DataFrame:
    """``VOCABULARY``: the tokens of ``TOKEN_WINDOWS``, counted over the records in ``groups``."""
    ours = windows[windows["group"].isin(groups)].reset_index(drop=True)
    pairs = [
        (token, int(number), row)
        for row, (text, numbers) in enumerate(zip(ours["text"], ours["tokens"], strict=True))
        for token, number in zip(text.split(), numbers.split(), strict=False)
    ]
    frame = pd.DataFrame(pairs, columns=["token", "number", "row"])
    known = frame[frame["number"] >= FIRST].groupby(["number", "token"], as_index=False)
    table = known["row"].agg(count="size", records="nunique")
    return table[list(VOCABULARY.names)]
