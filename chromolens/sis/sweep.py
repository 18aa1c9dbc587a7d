"""How number and size of the subsets depend on the threshold.

Only the first subset of each window is looked at. Where the search is exact, all its thresholds
are read off one BackSelect order, because FindSIS stops at different places of the same order;
else each threshold is a search of its own.

What the thresholds are follows ``sis.threshold``: shares of the way from the masked to the
whole window where it is relative, else percentiles of the positives' held-out predictions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.attribution.references import unknown
from chromolens.errors import BadInput
from chromolens.inputs.batches import Inputs
from chromolens.inputs.folds import Folds
from chromolens.models.batching import batches
from chromolens.models.model import Model
from chromolens.runlog import progress
from chromolens.sis.front import BLOCK, Finder
from chromolens.sis.search.collection import reached_by, smallest_passing
from chromolens.sis.thresholds import Threshold, by_fold, fold_thresholds, is_relative, of_windows
from chromolens.tables.sis import SWEEP

AT = (10, 20, 30, 40, 50, 60, 70, 80, 90, 95)
MASKED_PASSES = -1


@dataclass(frozen=True)
class Setting:
    """One point of the sweep: ``at`` percent of ``scale``, and each fold's threshold there.

    ``scale`` is "positives" (percentile of their predictions) or "relative" (share of the way);
    ``chosen`` marks the study's own threshold.
    """

    scale: str
    at: float
    chosen: bool
    thresholds: Mapping[str, Threshold]


def settings_of(
    predictions: pd.DataFrame, limits: pd.DataFrame, task: str, label: str, threshold: Threshold
) -> list[Setting]:
    """The points of a sweep: the study's own ``threshold`` among the percents ``AT``.

    Parameters
    ----------
    predictions, threshold
        As in ``thresholds.fold_thresholds``.
    limits
        What that gave for the study.
    task, label
        Of the network, and whose labels it predicts.
    """
    own = limits[limits["task"] == task]
    if is_relative(threshold):
        chosen, scale = 100 * threshold["relative"], "relative"
        others = [dict.fromkeys(own["fold"], {"relative": at / 100}) for at in AT]
    else:
        chosen, scale = _rank(own, threshold), "positives"
        points = [{"percentile": at, "of": "positives"} for at in AT]
        tables = [fold_thresholds(predictions, {task: label}, point) for point in points]
        others = [by_fold(table, task, point) for table, point in zip(tables, points, strict=True)]
    found = [
        Setting(scale, at, False, each)
        for at, each in zip(AT, others, strict=True)
        if at != chosen
    ]
    found.append(Setting(scale, chosen, True, by_fold(limits, task, threshold)))
    return sorted(found, key=_place)


def sweep(
    models_by_fold: Mapping[str, Model],
    inputs: Inputs,
    rows: np.ndarray,
    folds: Folds,
    settings: list[Setting],
    **search: object,
) -> pd.DataFrame:
    """First subsets of chosen windows at many thresholds, out of fold.

    Parameters
    ----------
    models_by_fold, inputs, rows, folds
        As in ``find.find_subsets``.
    settings
        Of ``settings_of``.
    search
        task, target, mask, method, batch_size: as in ``front.sufficient_subsets``.

    Returns
    -------
    ``SWEEP``, a row per setting, over the windows of all folds, each by its own fold's
    threshold: of ``windows``, those that reach the threshold when fully masked, those with a
    subset, and quartiles of the sizes of these (positions). ``threshold_low`` and
    ``threshold_high``: over the windows.
    """
    parts, limits, methods = [], [], []
    for fold, ours in progress(folds.by_fold(inputs.windows, rows).items(), what="sweep"):
        if not len(ours):
            continue
        if fold not in models_by_fold:
            raise BadInput(f"no model for {fold!r}", expected=", ".join(models_by_fold))
        finder = Finder(models_by_fold[fold], inputs.length, **search)
        onehot = inputs.arrays(ours)
        values, empty = finder.score(onehot), finder.masked_values(onehot)
        own = [each.thresholds.get(fold, np.nan) for each in settings]
        limits.append(np.array([of_windows(one, values, empty) for one in own]).T)
        parts.append(first_sizes(finder, onehot, limits[-1]))
        methods.append(finder.method)
    none = np.zeros((0, len(settings)))
    sizes, limits = (np.concatenate([none, *found]) for found in (parts, limits))
    method = methods[0] if methods else ""
    rows = [_row(*each, method) for each in zip(settings, sizes.T, limits.T, strict=True)]
    return pd.DataFrame(rows, columns=SWEEP.names)


def first_sizes(finder: Finder, inputs: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Sizes of the first subset of each input at each of its thresholds: int (n, m).

    ``inputs`` one-hot (n, length, channels), ``thresholds`` (n, m) in target units. 0 where an
    input doesn't reach the threshold (or it is NaN), ``MASKED_PASSES`` where it reaches it when
    fully masked.
    """
    least = reached_by(thresholds)
    sizes = np.where(finder.masked_values(inputs)[:, None] >= least, MASKED_PASSES, 0)
    asked = (finder.score(inputs)[:, None] >= least) & (sizes == 0)
    of_rows = _off_one_order if finder.method == "exact" else _one_by_one
    rows = np.flatnonzero(asked.any(axis=1))
    for block in batches(rows, BLOCK):
        part = rows[block]
        sizes[part] += of_rows(finder, inputs[part], thresholds[part], asked[part], part)
    return sizes


def _off_one_order(
    finder: Finder,
    inputs: np.ndarray,
    thresholds: np.ndarray,
    asked: np.ndarray,
    places: np.ndarray,
) -> np.ndarray:
    order = finder.search(inputs, ~unknown(inputs, finder.model.declared(inputs)))
    sizes = np.zeros(asked.shape, int)
    for row, column in np.argwhere(asked):
        least = reached_by(thresholds[row, column])
        found = smallest_passing(order.positions[row], order.values[row], least)
        sizes[row, column] = len(found.positions)
    return sizes


def _one_by_one(
    finder: Finder,
    inputs: np.ndarray,
    thresholds: np.ndarray,
    asked: np.ndarray,
    places: np.ndarray,
) -> np.ndarray:
    sizes = np.zeros(asked.shape, int)
    for column, rows in enumerate(asked.T):
        one_each = {"max_subsets": 1, "places": places[rows]}
        found = finder.find(inputs[rows], thresholds[rows, column], **one_each)
        sizes[rows, column] = [len(one.subsets[0]) for one in found]
    return sizes


def _row(setting: Setting, sizes: np.ndarray, limits: np.ndarray, method: str) -> list:
    found, known = sizes[sizes > 0], limits[np.isfinite(limits)]
    span = (known.min(), known.max()) if len(known) else (np.nan, np.nan)
    quartiles = np.percentile(found, (25, 50, 75)) if len(found) else (np.nan,) * 3
    counts = (len(sizes), int((sizes == MASKED_PASSES).sum()), len(found))
    return [setting.scale, setting.at, int(setting.chosen), *span, *counts, *quartiles, method]


def _rank(limits: pd.DataFrame, threshold: Threshold) -> float:
    """The study's threshold as a percentile of the positives: those that don't reach it."""
    if isinstance(threshold, Mapping) and threshold.get("of", "positives") == "positives":
        return float(threshold["percentile"])
    positives, reaching = limits["positives"].sum(), limits["reaching"].sum()
    return float(100 * (1 - reaching / positives)) if positives else np.nan


def _place(setting: Setting) -> float:
    return np.inf if np.isnan(setting.at) else setting.at
