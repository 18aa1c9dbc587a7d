"""Runs of neighbouring markers that say the same, as in a cross or between founders."""

import numpy as np

from chromolens.inputs.genotypes.dosage import AT_ONCE, Dosage, columns, scaled, spread
from chromolens.ties import TIE


def runs_of_linkage(
    dosage: Dosage, rows: np.ndarray, first: np.ndarray, r2: float, at_once: int = AT_ONCE
) -> np.ndarray:
    """Number of the run of every marker, from 0, ascending: int (markers,).

    From the first marker of a chromosome to its last: a marker joins the open run while its
    squared correlation with the run's tag (its first marker that varies) is at least ``r2``; else
    it opens the next. One pass over the columns, and only the tag is kept.

    Parameters
    ----------
    dosage
        (samples, markers), see ``inputs.genotypes.dosage``. Missing ones become the marker's mean.
    rows
        Samples that are asked.
    first : bool (markers,)
        Whether a marker is the first of its chromosome.
    r2
        A marker that doesn't vary says nothing, and stays in the run it lies in.
    """
    numbers, number, tag = np.zeros(len(first), int), -1, None
    for part, block in columns(dosage, rows, at_once):
        mean, deviation = spread(block)
        correlated = np.ascontiguousarray(scaled(block, mean, deviation).T) / np.sqrt(len(block))
        for place, column in enumerate(correlated, part.start):
            varies = deviation[place - part.start] > 0
            apart = varies and tag is not None and (tag @ column) ** 2 < r2 - TIE
            if first[place] or apart:
                number, tag = number + 1, None
            if varies and tag is None:
                tag = column.copy()  # not the whole block with it
            numbers[place] = number
    return numbers
