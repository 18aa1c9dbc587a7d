"""Genotypes as they were read from any kind of file, and what the readers share."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.inputs.windows import Tally

MISSING = -1
"""A missing call among whole numbers (int8); NaN among dosages (float32)."""
DIPLOID = 2
MASKED = ("", "NA", "NaN", "nan", ".")
UNLIKE_PLOIDY = "call that a sample of this ploidy can't have, read as missing"
_REMEMBERED = 100_000  # different texts of numbers


@dataclass
class Genotypes:
    """Samples and markers, and the copies of an allele that each sample has at each marker.

    Attributes
    ----------
    samples
        Ids, (n,).
    families
        Of the samples, (n,); "" where the file states none.
    markers
        (m) rows: marker (id), chrom, position (1-based), ref, alt.
    dosage
        Copies of alt, (n, m): int8 (-1: missing) or float32 (NaN: missing).
    ploidy
        Copies of a chromosome that a sample has: the largest dosage.
    tally
        What was left out.
    notes
        Numbers worth a line in the report.
    """

    samples: np.ndarray
    families: np.ndarray
    markers: pd.DataFrame
    dosage: np.ndarray
    ploidy: int
    tally: Tally
    notes: dict[str, float]


def is_missing(dosage: np.ndarray) -> np.ndarray:
    """Which calls are missing, bool, for dosages of either type."""
    return dosage == MISSING if dosage.dtype == np.int8 else np.isnan(dosage)


def packed(values: np.ndarray) -> np.ndarray:
    """Dosages float32 (NaN: missing) as int8 where all are whole, else as they are."""
    whole = np.isnan(values) | (values == np.rint(values))
    return np.nan_to_num(values, nan=MISSING).astype(np.int8) if whole.all() else values


def stacked(rows: Sequence[np.ndarray]) -> np.ndarray:
    """``packed`` rows as one array: float32 if any is."""
    if all(row.dtype == np.int8 for row in rows):
        return np.stack(rows)
    values = np.empty((len(rows), len(rows[0])), dtype=np.float32)
    for target, row in zip(values, rows, strict=True):
        target[:] = np.where(row == MISSING, np.nan, row) if row.dtype == np.int8 else row
    return values


def found_ploidy(rows: Iterable[np.ndarray]) -> int:
    """Ploidy that ``packed`` dosages tell: 2 where any is above 1, else 1."""
    return DIPLOID if any((row > 1).any() for row in rows) else 1


class Numbers(dict):
    """Text of a cell -> number: NaN where it says missing, infinite where it is no number."""

    def __init__(self, missing: Iterable[str]):
        super().__init__(dict.fromkeys((*MASKED, *map(str, missing)), math.nan))

    def __missing__(self, text: str) -> float:
        if text != text.strip():
            return self[text.strip()]
        try:
            value = float(text)
        except ValueError:
            value = math.inf
        if len(self) < _REMEMBERED:
            self[text] = value
        return value

    def read(self, cells: Sequence[str]) -> np.ndarray:
        """Numbers float32 of ``cells``."""
        return np.fromiter(map(self.__getitem__, cells), np.float32, len(cells))


def check_dosages(
    values: np.ndarray, texts: Sequence[str], most: int, names: Sequence[str], where: str
) -> None:
    """Raise BadInput at the first of ``values`` that no sample can have.

    ``texts`` and ``names`` (of samples or markers) belong to ``values``; ``most`` is the ploidy.
    """
    for place in np.flatnonzero((values < 0) | (values > most))[:1]:
        raise BadInput(
            f"the genotype at {names[place]} is {texts[place][:40]!r}",
            expected=f"0 to {most} copies of an allele, or nothing, NA, NaN or '.' (missing)",
            where=where,
            remedy="state `ploidy` if samples have more copies; name other words for missing "
            "values in `missing`",
        )


def check_unique(names: Sequence[str], what: str, where: str) -> None:
    """Raise BadInput at the first name that is empty or stands there twice."""
    index = pd.Index(names)
    if (index == "").any():
        raise BadInput(
            f"a {what} has no id", where=f"{where}, {what} {(index == '').argmax() + 1}"
        )
    doubles = index[index.duplicated()]
    if len(doubles):
        first, second = np.flatnonzero(index == doubles[0])[:2] + 1
        raise BadInput(
            f"two {what}s have the id {doubles[0]!r}: number {first} and number {second}",
            expected="ids that differ",
            where=where,
            remedy=f"rename or remove one of the two {what}s",
        )
