"""The subsets of a study's windows, each by the model for which its group was test."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.onehot import decode
from chromolens.inputs.batches import Inputs
from chromolens.models.model import Model
from chromolens.runlog import logger, progress
from chromolens.sis.collection import Subsets
from chromolens.sis.files import COLUMNS
from chromolens.sis.front import BLOCK, Finder
from chromolens.sis.strings import sis_string, surroundings


def find_subsets(
    models_by_fold: Mapping[str, Model],
    inputs: Inputs,
    rows: np.ndarray,
    folds: pd.DataFrame,
    *,
    task: int | str,
    thresholds: Mapping[str, float],
    target: str = "logit",
    mask: float | np.ndarray | str = 0.25,
    max_subsets: int | None = 3,
    method: str = "auto",
    batch_size: int | None = None,
) -> pd.DataFrame:
    """Sufficient subsets of chosen windows, out of fold.

    Parameters
    ----------
    models_by_fold
        Fold -> the model of it.
    rows
        Row numbers of ``inputs.windows`` (n,).
    folds
        Columns fold, role, group; each window is explained by the fold in which its group is
        test.
    thresholds
        Fold -> threshold in target units; see ``thresholds.fold_thresholds``.
    task, target, mask, max_subsets, method, batch_size
        See ``front.sufficient_subsets``.

    Returns
    -------
    DataFrame
        ``files.COLUMNS``, one row per subset, windows in the order of ``rows`` within a fold,
        ``order`` counting from 0. A window below its threshold has no row. Where the fully
        masked window passes there is nothing to find: it has no row, and the log counts such
        windows.
    """
    tables = []
    for fold, ours in _rows_by_fold(inputs, np.asarray(rows), folds).items():
        _check_fold(fold, models_by_fold, thresholds)
        finder = Finder(
            models_by_fold[fold],
            inputs.length,
            task=task,
            target=target,
            mask=mask,
            method=method,
            batch_size=batch_size,
        )
        blocks = [ours[start : start + BLOCK] for start in range(0, len(ours), BLOCK)]
        for block in progress(blocks, what=f"subsets, {fold}"):
            tables += _block(finder, inputs, block, fold, thresholds[fold], max_subsets)
    return pd.DataFrame(tables, columns=COLUMNS)


def _rows_by_fold(inputs: Inputs, rows: np.ndarray, folds: pd.DataFrame) -> dict[str, np.ndarray]:
    test = folds[folds["role"] == "test"].set_index("group")["fold"]
    groups = inputs.windows["group"].to_numpy()[rows]
    missing = sorted(set(groups) - set(test.index))
    if missing:
        raise BadInput(
            f"{missing[0]!r} is test in no fold, so no model may explain its windows",
            expected=f"one of {', '.join(map(str, test.index))}",
        )
    of_row = test[groups].to_numpy()
    return {fold: rows[of_row == fold] for fold in dict.fromkeys(test) if (of_row == fold).any()}


def _check_fold(fold: str, models: Mapping[str, Model], thresholds: Mapping[str, float]) -> None:
    for what, known in (("model", models), ("threshold", thresholds)):
        if fold not in known:
            raise BadInput(f"no {what} for {fold!r}", expected=f"one of {', '.join(known)}")


def _block(
    finder: Finder,
    inputs: Inputs,
    rows: np.ndarray,
    fold: str,
    threshold: float,
    max_subsets: int | None,
) -> list[dict]:
    onehot = inputs.onehot(rows)
    sound = finder.masked_values(onehot) < threshold
    if not sound.all():
        logger.warning(
            "%s: %d of %d windows reach the threshold %.4g when fully masked: no subsets of these",
            fold,
            (~sound).sum(),
            len(rows),
            threshold,
        )
    found = finder.find(onehot[sound], threshold, max_subsets)
    names = inputs.windows["id"].to_numpy()[rows[sound]]
    facts = {"fold": fold, "threshold": threshold}
    return [
        row
        for name, window, subsets in zip(names, onehot[sound], found, strict=True)
        for row in _table_rows({"id": name} | facts, decode(window), subsets)
    ]


def _table_rows(facts: dict, sequence: str, found: Subsets) -> list[dict]:
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
