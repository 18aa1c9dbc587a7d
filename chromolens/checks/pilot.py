"""Steps enough for contributions to add up, found on a few windows before the whole genome.

A method that adds up but for an error of its quadrature names in ``PILOT`` the setting and the
values to try, in their order. The first is chosen with which few enough windows are flagged.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.checks.completeness import judge
from chromolens.inputs.batches import Inputs
from chromolens.models.batching import batches
from chromolens.models.model import Model
from chromolens.runlog import logger, progress
from chromolens.tables.checks import TRIED
from chromolens.tracks.method import Method

WINDOWS = 200
_MARGIN = 0.5  # of the share that may be flagged: the genome isn't quite like the pilot's windows


def choose(
    models_by_fold: Mapping[str, Sequence[Model]],
    inputs: Inputs,
    *,
    method: Method,
    tries: Mapping[str, Sequence[int]],
    max_flagged: float,
    tolerance: float,
) -> pd.DataFrame:
    """One row per value that was tried (``TRIED``), up to the one that is chosen.

    Parameters
    ----------
    models_by_fold
        Every network explains the same windows, spread evenly over the table.
    tries
        Setting -> values in the order of their costs. Where even the last leaves too many windows
        flagged it is chosen, with a warning.
    max_flagged
        Largest share of a task's windows that may be flagged; half of it here.
    tolerance
        See ``completeness``.
    """
    ((setting, values),) = tries.items()
    rows = np.unique(np.linspace(0, len(inputs.windows) - 1, WINDOWS).astype(int))
    tried = []
    for value in progress(values, what=f"choosing {setting}"):
        answers = _answers(models_by_fold, inputs, rows, method.with_settings({setting: value}))
        judged = [judge(*answers[:, task], tolerance) for task in range(len(method.tasks))]
        share = max(one["share_flagged"] for one in judged)
        largest = max(one["max_error"] for one in judged)
        tried.append((setting, value, answers.shape[-1], share, largest, False))
        if share <= _MARGIN * max_flagged:
            break
    else:
        logger.warning(
            "even with %s %d contributions of %.1f %% of the windows don't add up, where %.1f %% "
            "may be: %s goes on with it", *(setting, value, 100 * share, 100 * max_flagged),
            method.name,
        )  # fmt: skip
    table = pd.DataFrame(tried, columns=TRIED.names)
    return table.assign(chosen=table.index == len(table) - 1)


def _answers(
    models_by_fold: Mapping[str, Sequence[Model]], inputs: Inputs, rows: np.ndarray, method: Method
) -> np.ndarray:
    """Values, reference values and errors of all networks: (3, tasks, windows)."""
    parts = []
    for fold, models in models_by_fold.items():
        asked = method.in_fold(fold)
        for places in batches(np.arange(len(rows)), asked.batch_size or len(rows)):
            here = rows[places]
            ids = inputs.windows["id"].iloc[here].tolist()
            for model in models:
                results = asked.explain(model, inputs.arrays(here), ids, places)
                parts.append(np.stack([_one(result) for result in results], axis=1))
    return np.concatenate(parts, axis=2)


def _one(result: object) -> np.ndarray:
    return np.stack([result.values, result.reference_values, result.completeness_error])
