"""The subsets of a study's windows, each by the model for which its group was test."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.onehot import decode
from chromolens.inputs.batches import Inputs
from chromolens.inputs.folds import Folds
from chromolens.models.batching import batches
from chromolens.models.model import Model
from chromolens.runlog import logger, progress
from chromolens.sis.front import BLOCK, Finder
from chromolens.sis.motifs.strings import sis_string, surroundings
from chromolens.sis.search.collection import Subsets, reached_by
from chromolens.sis.thresholds import Threshold, is_relative, of_windows
from chromolens.tables.sis import COUNTS, SUBSETS


def find_subsets(
    models_by_fold: Mapping[str, Model],
    inputs: Inputs,
    rows: np.ndarray,
    folds: Folds,
    *,
    task: int | str,
    thresholds: Mapping[str, Threshold],
    target: str = "logit",
    mask: float | np.ndarray | str = 0.25,
    keep: str = "above",
    max_subsets: int | None = 3,
    method: str = "auto",
    batch_size: int | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sufficient subsets of chosen windows, out of fold.

    Parameters
    ----------
    models_by_fold
        Fold -> the model of it.
    rows
        Row numbers of ``inputs.windows`` (n,).
    folds
        Each window is explained by the fold in which its group is test.
    thresholds
        Fold -> threshold in target units, or ``{"relative": share}``; see
        ``thresholds.by_fold``. One that is NaN is reached by no window.
    task, target, mask, keep, max_subsets, method, batch_size
        See ``front.sufficient_subsets``.

    Returns
    -------
    subsets : DataFrame
        ``SUBSETS``, one row per subset, windows in the order of ``rows`` within a fold,
        ``order`` counting from 0. A window below its threshold has no row. Where the fully
        masked window passes there is nothing to find: it has no row.
    counts : DataFrame
        ``COUNTS``, a row per fold: what became of the windows. ``threshold`` is NaN where each
        window has its own.
    """
    tables, counts = [], []
    settings = {"task": task, "target": target, "mask": mask, "keep": keep, "method": method}
    for fold, ours in folds.by_fold(inputs.windows, rows).items():
        counts.append(dict.fromkeys(COUNTS.names, 0) | {"fold": fold, "threshold": np.nan})
        if not len(ours):
            continue
        _check_fold(fold, models_by_fold, thresholds)
        finder = Finder(models_by_fold[fold], inputs.length, batch_size=batch_size, **settings)
        if not is_relative(thresholds[fold]):
            counts[-1]["threshold"] = thresholds[fold]
        blocks = list(batches(np.arange(len(ours)), BLOCK))
        for places in progress(blocks, total=len(blocks), what=f"subsets, {fold}"):
            asked = ours[places], places, fold, thresholds[fold], max_subsets
            table, told = _block(finder, inputs, *asked)
            tables += table
            counts[-1] |= {key: counts[-1][key] + value for key, value in told.items()}
        _log(counts[-1])
    return pd.DataFrame(tables, columns=SUBSETS.names), pd.DataFrame(counts, columns=COUNTS.names)


def _check_fold(fold: str, models: Mapping[str, Model], thresholds: Mapping) -> None:
    for what, known in (("model", models), ("threshold", thresholds)):
        if fold not in known:
            raise BadInput(f"no {what} for {fold!r}", expected=f"one of {', '.join(known)}")


def _block(
    finder: Finder,
    inputs: Inputs,
    rows: np.ndarray,
    places: np.ndarray,
    fold: str,
    threshold: Threshold,
    max_subsets: int | None,
) -> tuple[list[dict], dict[str, int]]:
    """Rows of the table, and counts. ``places`` of the windows among those of the fold."""
    onehot = inputs.arrays(rows)
    values, empty = finder.score(onehot), finder.masked_values(onehot)
    limits = of_windows(threshold, values, empty)
    least, sign = reached_by(finder.sign * limits), finder.sign
    passing, below = sign * empty >= least, ~(sign * values >= least)
    asked = ~passing & ~below
    found = finder.find(onehot[asked], limits[asked], max_subsets, places[asked])
    names = inputs.windows["id"].to_numpy()[rows[asked]]
    table = [
        row
        for name, window, limit, one in zip(
            names, onehot[asked], limits[asked], found, strict=True
        )
        for row in _table_rows({"id": name, "fold": fold, "threshold": limit}, window, one)
    ]
    told = {
        "windows": len(rows),
        "masked_passes": int(passing.sum()),
        "below": int((below & ~passing).sum()),
        "with_subset": sum(bool(one.subsets) for one in found),
        "subsets": len(table),
    }
    return table, told


def _log(counts: dict) -> None:
    """Say what was left out."""
    reasons = {
        "masked_passes": "reach the threshold when fully masked",
        "below": "don't reach the threshold",
    }
    for key, why in reasons.items():
        if counts[key]:
            told = (counts["fold"], counts[key], counts["windows"], why)
            logger.warning("%s: %d of %d windows %s: no subsets of these", *told)


def _table_rows(facts: dict, window: np.ndarray, found: Subsets) -> list[dict]:
    sequence = decode(window)
    return [
        facts
        | {
            "order": order,
            "value": value,
            "without_one": without_one,
            "rest_value": found.rest_value,
            "positions": ",".join(map(str, subset)),
            "string": sis_string(sequence, subset),
            "sequence": surroundings(sequence, subset),
        }
        for order, (subset, value, without_one) in enumerate(
            zip(found.subsets, found.values, found.without_one, strict=True)
        )
    ]
