"""Metrics of predictions, each for many weightings of the windows at once.

Every function takes ``values`` and ``labels`` (n,), and ``weights`` (b, n), the number of times
that each window counts in each of b resamples; it returns (b,). Ones give the plain metric,
multinomial counts give its bootstrap. Where a metric is undefined (one class only, no spread) it
is NaN.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

Metric = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

CHUNK = 2**22
"""Entries of a weight matrix held at a time."""

DRAWS = 2**26
"""Windows drawn for an interval, over all its resamples; of many windows these are fewer."""

FEWEST = 200
"""Resamples of an interval, however many windows there are."""


def auroc(values: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Share of (positive, negative) pairs ranked rightly, ties half (Mann and Whitney, 1947)."""
    positives, negatives = _by_value(values, labels, weights)
    below = np.cumsum(negatives, axis=1) - negatives
    ranked = (positives * (below + negatives / 2)).sum(axis=1)
    return _ratio(ranked, positives.sum(axis=1) * negatives.sum(axis=1))


def auprc(values: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Average precision: mean over positives of the precision at their value (as scikit-learn)."""
    positives, negatives = (part[:, ::-1] for part in _by_value(values, labels, weights))
    found, called = np.cumsum(positives, axis=1), np.cumsum(positives + negatives, axis=1)
    precision = found / np.maximum(called, 1e-12)
    total = positives.sum(axis=1)
    return np.where(
        negatives.sum(axis=1) > 0, _ratio((positives * precision).sum(axis=1), total), np.nan
    )


def pearson(values: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Correlation of values and labels."""
    total = weights.sum(axis=1)
    # Centred first: sums of squares of large numbers would lose the difference.
    x, y = (side.astype("float64") - side.mean() for side in (values, labels))
    mx, my, xx, yy, xy = (weights @ z / total for z in (x, y, x * x, y * y, x * y))
    spread = (xx - mx**2) * (yy - my**2)
    floor = 1e-12 * max(x.var() * y.var(), np.finfo("float64").tiny)
    return np.where(spread > floor, (xy - mx * my) / np.sqrt(np.maximum(spread, floor)), np.nan)


def r2(values: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """1 - squared error of the values / squared deviation of the labels from their mean."""
    total = weights.sum(axis=1)
    labels, values = (side.astype("float64") - labels.mean() for side in (labels, values))
    spread = weights @ labels**2 - (weights @ labels) ** 2 / np.maximum(total, 1)
    floor = 1e-12 * np.maximum(weights @ labels**2, np.finfo("float64").tiny)
    error = weights @ (values - labels) ** 2
    return np.where(spread > floor, 1 - error / np.where(spread > floor, spread, 1), np.nan)


def calibration_error(
    values: np.ndarray, labels: np.ndarray, weights: np.ndarray, bins: int = 10
) -> np.ndarray:
    """Expected calibration error (Guo et al., 2017, arXiv 1706.04599) of logits ``values``.

    Mean over windows of |mean probability - share of positives| in their bin of ``bins`` equal
    ones.
    """
    chance = probability(values)
    member = np.eye(bins)[_bin(chance, bins)]
    gap = np.abs(weights @ (member * (chance - labels)[:, None]))
    return _ratio(gap.sum(axis=1), weights.sum(axis=1))


def mean(values: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean of ``values`` (``labels`` are not looked at)."""
    return _ratio(weights @ values, weights.sum(axis=1))


def reliability(values: np.ndarray, labels: np.ndarray, bins: int = 10) -> pd.DataFrame:
    """Table behind the calibration error: one row per bin that has windows.

    Columns low, high (bounds of the bin), n, probability (mean), observed (share of positives).
    """
    chance = probability(values)
    table = pd.DataFrame({"bin": _bin(chance, bins), "probability": chance, "observed": labels})
    grouped = table.groupby("bin")
    means = grouped.mean()
    means.insert(0, "low", means.index / bins)
    means.insert(1, "high", (means.index + 1) / bins)
    means.insert(2, "n", grouped.size())
    return means.reset_index(drop=True)


def once(metric: Metric, values: np.ndarray, labels: np.ndarray) -> float:
    """``metric`` with each window counted once; NaN for no windows."""
    if not len(values):
        return float("nan")
    return float(metric(values, labels, np.ones((1, len(values))))[0])


def interval(
    metric: Metric, values: np.ndarray, labels: np.ndarray, *, resamples: int, seed: int
) -> tuple[float, float]:
    """95 % percentile bootstrap interval of ``metric`` over windows; NaN where undefined.

    Of more than ``DRAWS / resamples`` windows fewer resamples are drawn, ``FEWEST`` or more.
    Windows that a metric of ranks can't tell apart are drawn together, by their number.
    """
    if not len(values):
        return float("nan"), float("nan")
    total, sizes = len(values), np.ones(len(values))
    if metric in (auroc, auprc):
        values, labels, sizes = _alike(values, labels)
    resamples = min(resamples, max(FEWEST, DRAWS // len(values)))
    rng = np.random.default_rng(seed)
    rows = max(1, CHUNK // len(values))
    found = [
        metric(values, labels, _resample(rng, min(rows, resamples - first), sizes, total))
        for first in range(0, resamples, rows)
    ]
    found = np.concatenate(found)
    defined = found[~np.isnan(found)]
    if not len(defined):
        return float("nan"), float("nan")
    return tuple(float(bound) for bound in np.quantile(defined, (0.025, 0.975)))


def jensen_shannon(predicted: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Jensen-Shannon distance (square root of the divergence, nats) between profiles.

    Parameters
    ----------
    predicted : (n, length, strands)
        Shares or counts, not logits; normalised here over positions.
    observed : (n, length, strands)
        Counts.

    Returns
    -------
    (n,): mean over the strands with counts; NaN for a window without any. Same base as SciPy's
    and ChromBPNet's: 0 equal, 0.83 disjoint.
    """
    p, q = (_shares(side.astype("float64")) for side in (predicted, observed))
    middle = (p + q) / 2
    divergence = (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2
    distance = np.sqrt(np.maximum(divergence, 0))
    known = observed.sum(axis=1) > 0
    return _ratio(np.where(known, distance, 0).sum(axis=1), known.sum(axis=1))


def probability(logits: np.ndarray) -> np.ndarray:
    """Sigmoid, without overflow."""
    return 0.5 * (1 + np.tanh(np.asarray(logits, dtype="float64") / 2))


def _by_value(
    values: np.ndarray, labels: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of positives and of negatives (b, groups), by ascending value."""
    from scipy.sparse import csr_array  # the plan reads names of metrics, and waits for nothing

    groups = _groups(values, labels)
    cells = (np.ones(len(groups)), (np.arange(len(groups)), groups))
    sums = weights @ csr_array(cells, shape=(len(groups), 4 * int((labels == 1).sum()) + 2))
    return sums[:, 1::2], sums[:, ::2]


def _groups(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """A number for the windows that ranks can't tell apart: 2 * their rank, + 1 of positives.

    Only where a window lies among the positives counts: the many negatives between two of them
    have one rank.
    """
    positive = labels == 1
    known = np.sort(values[positive])
    among = [np.searchsorted(known, values, side) for side in ("left", "right")]
    return 2 * sum(among) + positive


def _ratio(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    under = np.asarray(under, dtype="float64")
    return np.where(under > 0, over / np.where(under > 0, under, 1), np.nan)


def _bin(chance: np.ndarray, bins: int) -> np.ndarray:
    return np.minimum((chance * bins).astype(int), bins - 1)


def _alike(values: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ranks, labels and sizes (k,) of the groups of windows that ranks can't tell apart."""
    groups, sizes = np.unique(_groups(values, labels), return_counts=True)
    return groups // 2, (groups % 2).astype(float), sizes


def _resample(rng: np.random.Generator, count: int, sizes: np.ndarray, total: int) -> np.ndarray:
    """How often each group is drawn, float64 (count, groups), in draws of ``total`` windows."""
    if (sizes > 1).any():
        return rng.multinomial(total, sizes / total, count).astype("float64")
    drawn = rng.integers(0, total, size=(count, total)) + total * np.arange(count)[:, None]
    return np.bincount(drawn.ravel(), minlength=count * total).reshape(count, -1).astype("float64")


def _shares(counts: np.ndarray) -> np.ndarray:
    return _ratio(counts, np.broadcast_to(counts.sum(axis=1, keepdims=True), counts.shape))


def _relative_entropy(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    positive = p > 0
    logs = np.log(np.where(positive, p, 1) / np.where(positive, q, 1))
    return (p * logs).sum(axis=1)


LABEL, DISTANCE, BASELINE = ".label", ".jsd", ".jsd_baseline"
"""What stands behind a task's name in the columns of a table of predictions."""

BY_OBJECTIVE: dict[str, dict[str, tuple[Metric, str]]] = {
    "binary": {
        "auroc": (auroc, ""),
        "auprc": (auprc, ""),
        "calibration_error": (calibration_error, ""),
    },
    "classes": {"auroc": (auroc, ""), "auprc": (auprc, "")},
    "regression": {"pearson": (pearson, "")},
    "continuous": {"r2": (r2, ""), "pearson": (pearson, "")},
    "profile": {
        "counts_pearson": (pearson, ""),
        "profile_jsd": (mean, DISTANCE),
        "profile_jsd_baseline": (mean, BASELINE),
    },
}
"""Objective -> metric of a task -> its function, and the column ``TASK{suffix}`` it reads."""

ALL_CLASSES = ("accuracy", "log_loss")
"""Metrics of all ``classes`` together, whose task is empty."""


def names(objective: str) -> list[str]:
    """Every metric of models of ``objective``, those of the windows that share no words too."""
    found = [*BY_OBJECTIVE[objective], *(ALL_CLASSES if objective == "classes" else ())]
    return [name + suffix for suffix in ("", "_unshared") for name in found]
