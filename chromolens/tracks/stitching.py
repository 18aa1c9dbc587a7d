"""From overlapping windows to one number per base.

``mean``    the mean over all windows that cover the base. Summed in float64 in ascending order
            of the windows' starts, divided, rounded once: the same bits for any shard that
            was given all windows over the base (sums in another order differ in the last bits).
``centre``  the number of the window whose centre is nearest; of two equally near, the first.

A base that no window covers is NaN.
"""

import numpy as np

from chromolens.genome.intervals import Interval


def stitch(
    values: np.ndarray, starts: np.ndarray, window: int, region: Interval, policy: str
) -> np.ndarray:
    """Stitch windows over ``region``.

    Parameters
    ----------
    values : float32 (T, n, window), or (T, n, 1) for one number per window
    starts : int (n,), ascending
        All windows that share a base with the region; others would only cost time.
    window
        Width in bp.
    policy
        ``mean`` or ``centre``.

    Returns
    -------
    float64 (T, len(region)), NaN where no window covers
    """
    values = np.broadcast_to(values, (*values.shape[:2], window))
    return {"mean": _mean, "centre": _centre}[policy](values, starts, region)


def _mean(values: np.ndarray, starts: np.ndarray, region: Interval) -> np.ndarray:
    total = np.zeros((len(values), len(region)))
    count = np.zeros(len(region))
    for i, start in enumerate(starts):
        here, inside = _overlap(start, values.shape[2], region)
        total[:, here] += values[:, i, inside]
        count[here] += 1
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _centre(values: np.ndarray, starts: np.ndarray, region: Interval) -> np.ndarray:
    window = values.shape[2]
    # Twice the distance to the centre, so that it is a whole number for even widths too.
    distance = np.abs(2 * np.arange(window) - (window - 1))
    nearest = np.full(len(region), window + 1)
    chosen = np.full((len(values), len(region)), np.nan)
    for i, start in enumerate(starts):
        here, inside = _overlap(start, window, region)
        nearer = distance[inside] < nearest[here]
        nearest[here][nearer] = distance[inside][nearer]
        chosen[:, here][:, nearer] = values[:, i, inside][:, nearer]
    return chosen


def _overlap(start: int, window: int, region: Interval) -> tuple[slice, slice]:
    """The shared bases as a slice of the region and a slice of the window; may be empty."""
    low = max(start, region.start)
    high = max(min(start + window, region.end), low)
    return slice(low - region.start, high - region.start), slice(low - start, high - start)
