"""Where the threshold of a sufficient subset lies: the one place that reads ``sis.threshold``.

====================================  =============================================================
``2.5``                               target units, the same in every fold
``{percentile: 50, of: positives}``   of each fold's own held-out predictions: of the task's
                                      ``positives`` or of ``all`` windows (the paper: 90, all)
``{relative: 0.5}``                   each window by itself: that share of the way from its fully
                                      masked target to its own
====================================  =============================================================

Folds differ in scale, and so do replicates: what counts are the predictions of the model that
subsets are sought in, that of the fold's first replicate. A percentile stands midway between two
predictions, so that rounding decides of no window whether it reaches it.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.runlog import logger
from chromolens.tables.sis import THRESHOLDS
from chromolens.ties import TIE

Threshold = float | Mapping[str, float | str]
EXPECTED = (
    "a number, {percentile: 0 to 100, of: positives or all} or {relative: above 0, at most 1}"
)


def check_threshold(threshold: Threshold, where: str = "") -> None:
    """BadInput unless ``threshold`` is one of the three (see above)."""
    if not isinstance(threshold, Mapping):
        sound = _is_number(threshold, -np.inf, np.inf)
    elif "relative" in threshold:
        share = threshold["relative"]
        sound = len(threshold) == 1 and _is_number(share, 0, 1) and share > 0
    else:
        known = set(threshold) <= {"percentile", "of"} and _of(threshold) in ("positives", "all")
        sound = known and _is_number(threshold.get("percentile"), 0, 100)
    if not sound:
        said = dict(threshold) if isinstance(threshold, Mapping) else threshold
        raise BadInput(f"{said!r} can't be the threshold", expected=EXPECTED, where=where)


def is_relative(threshold: Threshold) -> bool:
    """Whether each window has a threshold of its own."""
    return isinstance(threshold, Mapping) and "relative" in threshold


TRAIT = "a trait, which has no events to be above"
TEXTS = "texts, each of which has its own class to keep"
"""Of what thresholds are shares of the way alone (``check_relative``)."""


def check_relative(threshold: Threshold, of: str) -> None:
    """BadInput unless ``threshold`` is a share of the way, which it has to be ``of`` these."""
    if not is_relative(threshold):
        raise BadInput(
            f"{threshold!r} as threshold of {of}",
            expected="{relative: above 0, at most 1}",
            where="the config, sis.threshold",
            remedy="say how much of the way from the masked prediction to the unmasked one is to "
            "be kept",
        )
    check_threshold(threshold, "the config, sis.threshold")


def fold_thresholds(
    predictions: pd.DataFrame, explains: Mapping[str, str], threshold: Threshold
) -> pd.DataFrame:
    """The threshold of each task and fold.

    Parameters
    ----------
    predictions
        Held-out predictions: columns fold, replicate, and LABEL, LABEL.label for each label.
    explains
        Task of the network -> the task whose labels it predicts.

    Returns
    -------
    ``THRESHOLDS``, a row per task and fold. ``threshold`` in target units: NaN where it is
    relative, or where a fold has no finite prediction to take the percentile of. ``positives``:
    held-out windows with a label above 0; ``reaching``: those of them that reach the threshold.
    """
    check_threshold(threshold)
    rows = [
        (task, fold, *_of_fold(held_out, label, threshold))
        for task, label in explains.items()
        for fold, held_out in _first(predictions).groupby("fold")
    ]
    return pd.DataFrame(rows, columns=THRESHOLDS.names)


def log_unreached(limits: pd.DataFrame, threshold: Threshold) -> None:
    """Warn of each task and fold (``fold_thresholds``) in which no subset can be found."""
    if is_relative(threshold):
        return
    for row in limits[limits["reaching"] == 0].itertuples():
        why = f"none of {row.positives} held-out positives reaches {row.threshold:.4g}"
        if np.isnan(row.threshold):
            why = f"nothing to take the percentile of ({row.positives} held-out positives)"
        logger.warning("%s, %s: %s, so no subset is sought", row.task, row.fold, why)


def candidates(
    predictions: pd.DataFrame, explains: Mapping[str, str], limits: pd.DataFrame, relative: bool
) -> dict[str, pd.Series]:
    """Task -> ids of the windows that may have subsets.

    Those whose held-out prediction reaches their fold's threshold; all where it is ``relative``.
    """
    first, found = _first(predictions), {}
    for task, label in explains.items():
        limit = limits[limits["task"] == task].set_index("fold")["threshold"]
        reaching = first[label] >= first["fold"].map(limit)
        found[task] = first.loc[reaching | relative, "id"]
    return found


def by_fold(limits: pd.DataFrame, task: str, threshold: Threshold) -> dict[str, Threshold]:
    """Fold -> threshold of ``task``, from ``fold_thresholds``: a number, or the relative one."""
    own = limits[limits["task"] == task].set_index("fold")["threshold"]
    if is_relative(threshold):
        return dict.fromkeys(own.index, threshold)
    return own.to_dict()


def of_windows(threshold: Threshold, values: np.ndarray, masked_values: np.ndarray) -> np.ndarray:
    """One threshold per window (n,), target units.

    Parameters
    ----------
    threshold
        A number (NaN is reached by none), or ``{"relative": share}``:
        ``masked + share * (value - masked)``.
    values, masked_values
        (n,) targets of the windows, and of the windows fully masked. A window that is not above
        its masked value gets a threshold that its masked value reaches: there is nothing to be
        sufficient for, and ``sufficient_subsets`` refuses it.
    """
    if not isinstance(threshold, Mapping):
        return np.full(len(values), float(threshold))
    check_threshold(threshold)
    if not is_relative(threshold):
        raise BadInput("a percentile is of a fold: see fold_thresholds", expected=EXPECTED)
    empty = np.asarray(masked_values, dtype=np.float64)
    return empty + threshold["relative"] * (np.asarray(values, dtype=np.float64) - empty)


def _first(predictions: pd.DataFrame) -> pd.DataFrame:
    return predictions[predictions["replicate"] == 0]


def _of_fold(
    held_out: pd.DataFrame, label: str, threshold: Threshold
) -> tuple[float, int, int | float]:
    """Threshold, positives, and how many of them reach it."""
    values = held_out[label].to_numpy(dtype=np.float64)
    positives = values[held_out[f"{label}.label"] > 0]
    if is_relative(threshold):
        return np.nan, len(positives), np.nan
    limit = threshold
    if isinstance(threshold, Mapping):
        asked = positives if _of(threshold) == "positives" else values
        limit = above_percent(asked[np.isfinite(asked)], threshold["percentile"])
    return float(limit), len(positives), int((positives >= limit).sum())


def above_percent(values: np.ndarray, percent: float) -> float:
    """A number between values (n,), midway in a gap: about ``percent`` of them lie below it.

    What lies above are the values that reach the percentile (numpy's, linear), and those equal
    to them but for rounding. Where that is all of them it is a thousandth of their range below
    the lowest; NaN without any.
    """
    if not len(values):
        return np.nan
    values = np.sort(values)
    tie, spread = TIE * np.abs(values).max(), np.ptp(values) or max(1.0, abs(values[0]))
    # the rank in whole numbers where it is one: 0.7 x 10 is a little more than 7
    first = int(np.ceil(percent / 100 * (len(values) - 1) - 1e-9))
    while first and values[first] - values[first - 1] <= tie:
        first -= 1
    below = values[first - 1] if first else values[0] - spread / 500
    return float((below + values[first]) / 2)


def _of(threshold: Mapping[str, float | str]) -> str:
    return threshold.get("of", "positives")


def _is_number(value: object, low: float, high: float) -> bool:
    known = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return known and bool(np.isfinite(value)) and low <= value <= high
