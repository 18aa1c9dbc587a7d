"""Sets of inputs that each have a threshold of their own, a share of the way from the masked one.

What genotypes and texts have in common: which inputs are asked says ``markers.sets`` of the one,
``sis.texts`` of the other.
"""

import numpy as np

from chromolens.inputs.batches import Inputs
from chromolens.models.batching import batches
from chromolens.models.model import Model, check_inputs
from chromolens.models.targets import target_values
from chromolens.runlog import logger
from chromolens.sis.front import Finder
from chromolens.sis.search.collection import Subsets
from chromolens.sis.thresholds import Threshold, of_windows
from chromolens.ties import TIE

AT_ONCE = 64
"""Inputs in memory at a time where all of a fold are asked."""


def held_out_values(
    model: Model, inputs: Inputs, rows: np.ndarray, tasks: list[str], target: str
) -> np.ndarray:
    """Targets of ``rows``: float64 (n, tasks)."""
    values = np.zeros((len(rows), len(tasks)))
    for part in batches(np.arange(len(rows)), AT_ONCE):
        asked = inputs.arrays(rows[part])
        values[part] = target_values(model, asked, tasks=tasks, target=target, batch_size=AT_ONCE)
    return values


def seek(
    finder: Finder, arrays: np.ndarray, threshold: Threshold, max_subsets: int | None
) -> list[tuple[dict[str, float], Subsets]]:
    """For each input what is known of it, and its sets: none where there is nothing to be kept.

    What is known are ``whole``, ``masked`` and ``threshold``, in target units; ``threshold`` is
    ``{"relative": share}``.
    """
    arrays = check_inputs(finder.model, arrays)
    whole, masked = finder.score(arrays), finder.masked_values(arrays)
    limits = of_windows(threshold, whole, masked)
    asked = finder.sign * (limits - masked) > 10 * TIE * np.maximum(1, np.abs(limits))
    if not asked.all():
        logger.warning(
            "%d of %d inputs aren't predicted %s the masked one: they have no sets",
            *(int((~asked).sum()), len(asked), "above" if finder.sign > 0 else "below"),
        )
    sought = iter(finder.find(arrays[asked], limits[asked], max_subsets))
    return [
        (
            {"whole": whole[row], "masked": masked[row], "threshold": limits[row]},
            next(sought) if asked[row] else Subsets(),
        )
        for row in range(len(arrays))
    ]


def rows_of_sets(facts: dict, found: Subsets, size: str) -> list[dict]:
    """A row of a table per set, with ``facts``; one without a set where there is none.

    ``size`` names the column of the number of positions.
    """
    if not found.subsets:
        return [facts | {"order": 0, size: 0}]
    columns = zip(found.subsets, found.values, found.without_one, strict=True)
    return [
        facts
        | {"order": order, size: len(subset), "value": value, "without_one": without_one}
        | {"rest_value": found.rest_value}
        for order, (subset, value, without_one) in enumerate(columns)
    ]
