"""Windows of a study edited as its config says, each by a model that never saw it."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from chromolens.attribution.editing import Edited, edit
from chromolens.errors import BadInput, nearest
from chromolens.genome.onehot import BASES
from chromolens.inputs.batches import Inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import rows_of
from chromolens.models.model import Model
from chromolens.runlog import progress
from chromolens.tables.edits import EDIT_SCORES, EDITS

_OF_WINDOWS = ("windows", "ids", "tasks", "directions", "settings")


def edit_windows(
    models_by_fold: Mapping[str, Model],
    inputs: Inputs,
    chosen: pd.DataFrame,
    folds: Folds,
    *,
    task: str,
    edits: Mapping[str, Mapping[str, Any]],
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Edit windows for ``task`` in every way that ``edits`` names.

    Parameters
    ----------
    models_by_fold
        Fold -> the model of it; a window is edited by the one of its own fold.
    chosen
        ``tables.inputs.CHOSEN``: read where an edit names no ids.
    edits
        Name -> settings, as in the config's ``edit``.

    Returns
    -------
    ``EDITS`` and ``EDIT_SCORES``, without their columns model and task.
    """
    traces, scores = [], []
    for name, asked in edits.items():
        if asked["tasks"] and task not in asked["tasks"]:
            continue
        rows = _rows(inputs, chosen, name, asked, task)
        options = {key: value or None for key, value in asked.items() if key not in _OF_WINDOWS}
        options |= {"distance": asked["distance"], "protected": asked["protected"]}
        options |= {"task": task, "seed": seed, **asked["settings"]}
        found = _out_of_fold(models_by_fold, inputs, rows, folds, asked["directions"], options)
        for window, fold, direction, one in found:
            place = {"edit": name, "direction": direction, "id": window, "fold": fold}
            traces.append(_trace(one, place))
            if direction == asked["directions"][0]:
                scores.append(_scores(one, {"edit": name, "id": window}))
    return _joined(traces, EDITS.after("model", "task")), _joined(
        scores, EDIT_SCORES.after("model", "task")
    )


def _out_of_fold(
    models: Mapping[str, Model],
    inputs: Inputs,
    rows: np.ndarray,
    folds: Folds,
    directions: list[str],
    options: dict[str, Any],
) -> Iterator[tuple[str, str, str, Edited]]:
    for fold, ours in folds.by_fold(inputs.windows, rows).items():
        for row in progress(ours, total=len(ours), what=f"edits, {fold}"):
            for direction in directions:
                asked = {"direction": direction, **options}
                (found,) = edit(models[fold], inputs.arrays(np.array([row])), **asked)
                yield inputs.windows["id"].iloc[row], fold, direction, found


def _rows(
    inputs: Inputs, chosen: pd.DataFrame, name: str, asked: Mapping[str, Any], task: str
) -> np.ndarray:
    """The windows to edit: those named, else the first of those chosen to be explained."""
    if not asked["ids"]:
        return rows_of(chosen, inputs.windows, "explain", [task], asked["windows"])[task]
    place = pd.Series(np.arange(len(inputs.windows)), index=inputs.windows["id"])
    for window in asked["ids"]:
        if window not in place.index:
            raise BadInput(
                f"no window is called {window!r}{nearest(window, place.index)}",
                expected="an id of inputs/windows.tsv.gz",
                where=f"the config, edit.{name}.ids",
            )
    return place[asked["ids"]].to_numpy(dtype=int)


def _trace(found: Edited, place: Mapping[str, str]) -> pd.DataFrame:
    told = {"ended": found.ended, "sequence": found.sequences}
    return found.trace.assign(**place, **told, position=found.trace["position"].astype("Int64"))


def _scores(found: Edited, place: Mapping[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(found.scores, columns=list(BASES))
    return table.assign(**place, position=range(len(table)), base=list(found.sequences[0]))


def _joined(parts: list[pd.DataFrame], names: list[str]) -> pd.DataFrame:
    return pd.concat(parts)[names] if parts else pd.DataFrame(columns=names)
