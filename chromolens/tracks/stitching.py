"""How the windows over a base become its one number.

``mean``               the mean of all windows over the base.
``distance_weighted``  their mean weighted with how far the base lies from the window's nearer end:
                       1 at its first and last base, rising by 1 a base to the middle.
``centre``             the number of the window whose centre is nearest; of two equally near, the
                       first.
``nearest_summit``     the number of the window whose summit is nearest, as chrombpnet makes its
                       bigWigs (``importance_hdf5_to_bigwig.py``): the summit is the first base of
                       the window's second half (start + width // 2), and of two neighbours with
                       summits a < b the later one has the bases from floor((a + b) / 2) on.

Windows of even width, as chrombpnet's, have the same number by ``centre`` and by
``nearest_summit`` but on a base just between two summits. Sums are taken in float64 in ascending
order of the windows' starts, divided, and rounded once: the same bits for any shard that was given
all windows over the base (sums in another order differ in the last bits). A base that no window
covers is NaN.
"""

import numpy as np

from chromolens.genome.intervals import Interval


def stitch(
    values: np.ndarray, starts: np.ndarray, width: int, region: Interval, policy: str
) -> np.ndarray:
    """Stitch windows over ``region``.

    Parameters
    ----------
    values : float32 (T, n, width), or (T, n, 1) for one number per window
    starts : int (n,), ascending
        All windows that share a base with the region; others would only cost time.
    width
        Of the windows, or of their kept parts, in bp.
    policy
        One of ``tiling.POLICIES``.

    Returns
    -------
    float64 (T, len(region)), NaN where no window covers
    """
    values = np.broadcast_to(values, (*values.shape[:2], width))
    bases = np.arange(width)
    if policy == "mean":
        return _weighted(values, starts, region, np.ones(width))
    if policy == "distance_weighted":
        return _weighted(values, starts, region, np.minimum(bases + 1, width - bases))
    # Twice the distances, so that they are whole numbers: a centre may lie between two bases, and
    # a summit lies before its base, half a base from its middle.
    if policy == "centre":
        return _nearest(values, starts, region, np.abs(2 * bases - (width - 1)), later=False)
    return _nearest(values, starts, region, np.abs(2 * (bases - width // 2) + 1), later=True)


def _weighted(
    values: np.ndarray, starts: np.ndarray, region: Interval, weights: np.ndarray
) -> np.ndarray:
    total = np.zeros((len(values), len(region)))
    weight = np.zeros(len(region))
    for i, start in enumerate(starts):
        here, inside = _overlap(start, values.shape[2], region)
        total[:, here] += weights[inside] * values[:, i, inside]
        weight[here] += weights[inside]
    return np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0)


def _nearest(
    values: np.ndarray, starts: np.ndarray, region: Interval, distance: np.ndarray, *, later: bool
) -> np.ndarray:
    """The number of the window of least ``distance`` (width,), of equals the later or first."""
    nearest = np.full(len(region), distance.max() + 1)
    chosen = np.full((len(values), len(region)), np.nan)
    for i, start in enumerate(starts):
        here, inside = _overlap(start, values.shape[2], region)
        nearer = distance[inside] < nearest[here] + later
        nearest[here][nearer] = distance[inside][nearer]
        chosen[:, here][:, nearer] = values[:, i, inside][:, nearer]
    return chosen


def _overlap(start: int, width: int, region: Interval) -> tuple[slice, slice]:
    """The shared bases as a slice of the region and a slice of the window; may be empty."""
    low = max(start, region.start)
    high = max(min(start + width, region.end), low)
    return slice(low - region.start, high - region.start), slice(low - start, high - start)
