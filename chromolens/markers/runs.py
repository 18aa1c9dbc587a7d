"""Markers in their order: runs of one chromosome or block, and the largest of each run."""

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.ties import TIE


def starts_of(labels: np.ndarray) -> np.ndarray:
    """Index at which each run of equal ``labels`` (n,) begins."""
    return np.flatnonzero(np.concatenate([[True], labels[1:] != labels[:-1]]))


def chromosome_starts(markers: pd.DataFrame) -> np.ndarray:
    """Index of each chromosome's first marker; BadInput unless ``markers`` are in order.

    ``markers`` has the columns chrom and position; a chromosome stands together, its positions
    never fall.
    """
    if markers.empty:
        raise BadInput("there is no marker", expected="one or more")
    chroms, positions = markers["chrom"].to_numpy(str), markers["position"].to_numpy()
    starts = starts_of(chroms)
    _, first = np.unique(chroms[starts], return_index=True)
    twice = np.delete(starts, first)
    falls = np.flatnonzero((chroms[1:] == chroms[:-1]) & (np.diff(positions) < 0)) + 1
    for wrong, what in ((twice, "begins a second time"), (falls, "comes after a larger one")):
        if len(wrong):
            raise BadInput(
                f"markers out of order: {chroms[wrong[0]]}:{positions[wrong[0]]} {what}",
                expected="chromosome by chromosome, positions ascending",
                where=f"marker {markers['marker'].iloc[wrong[0]]!r} (number {wrong[0] + 1})",
                remedy="sort the table of markers, and the dosages' columns with it",
            )
    return starts


def checked(markers: pd.DataFrame, values: np.ndarray) -> np.ndarray:
    """``values`` as an array if there is one per marker, else BadInput."""
    values = np.asarray(values)
    if values.shape[-1:] != (len(markers),):
        raise BadInput(
            f"{values.shape[-1] if values.ndim else 'one'} values for {len(markers)} markers",
            expected="a number per marker, in the order of the markers",
        )
    return values


def first_largest(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Index of the first of the largest ``values`` (n,) of each run that begins at ``starts``.

    Values that are equal but for rounding are equals; NaN is never the largest, unless there is
    nothing else.
    """
    values = np.where(np.isnan(values), -np.inf, values)
    best = np.repeat(np.maximum.reduceat(values, starts), np.diff([*starts.tolist(), len(values)]))
    finite = np.isfinite(best)
    rest = np.where(finite, best - TIE * np.abs(np.where(finite, best, 0)), best)
    places = np.where(values >= rest, np.arange(len(values)), len(values))
    return np.minimum.reduceat(places, starts)


def leads(markers: pd.DataFrame, values: np.ndarray) -> pd.DataFrame:
    """The best marker of each chromosome: chrom, marker, position, value.

    ``values`` (markers,): the larger the better; of equals the first. A chromosome without any
    number is left out.
    """
    values = checked(markers, values)
    places = first_largest(values, chromosome_starts(markers))
    found = markers[["chrom", "marker", "position"]].iloc[places].assign(value=values[places])
    return found[found["value"].notna()].reset_index(drop=True)
