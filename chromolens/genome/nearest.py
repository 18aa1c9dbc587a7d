"""The nearest of some places on the same chromosome: events, TSS, centres of windows."""

import numpy as np
from numpy.typing import ArrayLike


def nearest_places(
    chroms: ArrayLike, places: ArrayLike, wanted_chroms: ArrayLike, wanted: ArrayLike
) -> np.ndarray:
    """Return for each wanted position the number of the nearest place, -1 without one.

    Of two places that are equally near the lower one is taken. Of several at the same position
    one is taken: which of them is not promised, so a caller to whom it matters has each once.

    Parameters
    ----------
    chroms
        Chromosome of each place (m,); names are compared as text.
    places
        Position of each place (m,), in any order: numbers of one unit, halves allowed.
    wanted_chroms, wanted
        The same of the positions asked about (n,).

    Returns
    -------
    int (n,): numbers of places, from 0 in the order given; -1 where the chromosome has no place.
    """
    chroms, wanted_chroms = np.asarray(chroms, dtype=str), np.asarray(wanted_chroms, dtype=str)
    places, wanted = np.asarray(places), np.asarray(wanted)
    found = np.full(len(wanted), -1)
    for chrom in np.unique(chroms):
        own, here = np.flatnonzero(chroms == chrom), np.flatnonzero(wanted_chroms == chrom)
        own = own[np.argsort(places[own], kind="stable")]
        found[here] = own[_closest(places[own], wanted[here])]
    return found


def _closest(places: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the index into ascending ``places``, not empty, of the nearest to each wanted."""
    right = np.searchsorted(places, wanted).clip(max=len(places) - 1)
    left = (right - 1).clip(min=0)
    return np.where(np.abs(places[left] - wanted) <= np.abs(places[right] - wanted), left, right)
