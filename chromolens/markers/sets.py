"""The smallest sets of markers that alone keep what a network predicts of a trait.

Sufficient input subsets (Carter et al., 2019) of samples: a masked marker has the mean dosage of
the fold's training samples, its reference. A trait has no event, so a threshold is a share of the
way from the prediction of the masked sample to the sample's own, and a set keeps the prediction
of a high sample up, that of a low one down.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.inputs.folds import Folds
from chromolens.inputs.genotypes.windows import Samples
from chromolens.models.batching import batches
from chromolens.models.model import Model
from chromolens.models.targets import target_values
from chromolens.runlog import logger, progress
from chromolens.sis.front import Finder
from chromolens.sis.search.collection import Subsets
from chromolens.sis.thresholds import Threshold, check_trait, of_windows
from chromolens.tables.markers import MARKER_SETS, SET_MARKERS, SET_MEMBERS
from chromolens.ties import TIE, descending

SIDES = {"high": "above", "low": "below"}
"""Of the masked prediction, and what a set of such a sample keeps (``sis.front.KEEP``)."""
_AT_ONCE = 64  # samples


@dataclass(frozen=True)
class MarkerSets:
    """``MARKER_SETS``, ``SET_MEMBERS`` and ``SET_MARKERS`` of one network and trait."""

    sets: pd.DataFrame
    members: pd.DataFrame
    markers: pd.DataFrame


def find_sets(
    models: Mapping[str, Model],
    inputs: Samples,
    folds: Folds,
    *,
    task: str,
    samples: int,
    threshold: Threshold,
    target: str = "logit",
    mask: float | str = "mean",
    max_subsets: int | None = 1,
    method: str = "auto",
) -> MarkerSets:
    """Sufficient sets of markers of held-out samples, those of the most extreme predictions.

    Parameters
    ----------
    models
        Fold -> its model.
    samples
        At most so many, in like numbers from every fold, half of them of its highest predictions
        and half of its lowest.
    threshold
        ``{"relative": share}``: how much of the way from the masked prediction to the sample's
        own a set must keep.
    mask
        "mean", each marker's mean dosage among the fold's training samples; or a number.
    task, target, max_subsets, method
        See ``sis.front.sufficient_subsets``.
    """
    check_trait(threshold)
    sets, members = [], []
    per_side = max(1, samples // (2 * len(models)))
    for fold, model in progress(models.items(), what=f"sets of {task}"):
        seen = inputs.for_training(folds.groups(fold, "training"))
        means = seen.means
        hidden = means[:, None].astype(np.float32) if mask == "mean" else mask
        settings = {"task": task, "target": target, "mask": hidden, "method": method}
        rows = folds.rows(inputs.windows, fold, "test")
        for side, own in _extremes(model, seen, rows, task, target, per_side).items():
            finder = Finder(model, seen.length, keep=SIDES[side], **settings)
            arrays = seen.arrays(own)
            facts, found = _asked(finder, arrays, threshold, max_subsets)
            facts |= {"id": seen.windows["id"].to_numpy()[own], "fold": fold, "side": side}
            for place, (name, one) in enumerate(zip(facts["id"], found, strict=True)):
                of_sample = {
                    key: value[place] if np.ndim(value) else value for key, value in facts.items()
                }
                sets += _sets(of_sample, one)
                members += _members(name, one, seen.markers, arrays[place, :, 0], means)
    table = pd.DataFrame(sets, columns=MARKER_SETS.names)
    held = pd.concat(members) if members else pd.DataFrame()
    held = held.reindex(columns=SET_MEMBERS.names).reset_index(drop=True)
    return MarkerSets(table, held, _counted(table, held))


def _extremes(
    model: Model, seen: Samples, rows: np.ndarray, task: str, target: str, count: int
) -> dict[str, np.ndarray]:
    """Side -> rows of the highest and of the lowest predictions, no row in both."""
    values = np.zeros(len(rows))
    for part in batches(np.arange(len(rows)), _AT_ONCE):
        asked = seen.arrays(rows[part])
        values[part] = target_values(
            model, asked, tasks=[task], target=target, batch_size=_AT_ONCE
        )[:, 0]
    ranked = rows[descending(values, TIE * np.abs(values).max(initial=0))]
    count = min(count, len(ranked) // 2)
    return {"high": ranked[:count], "low": ranked[len(ranked) - count :]}


def _asked(
    finder: Finder, arrays: np.ndarray, threshold: Threshold, max_subsets: int | None
) -> tuple[dict[str, np.ndarray], list[Subsets]]:
    """What is known of each sample, and its sets: none where there is nothing to be kept."""
    whole, masked = finder.score(arrays), finder.masked_values(arrays)
    limits = of_windows(threshold, whole, masked)
    asked = finder.sign * (limits - masked) > 10 * TIE * np.maximum(1, np.abs(limits))
    if not asked.all():
        logger.warning(
            "%d of %d samples aren't predicted %s the masked one: they have no sets",
            *(int((~asked).sum()), len(asked), "above" if finder.sign > 0 else "below"),
        )
    found = [Subsets() for _ in arrays]
    sought = finder.find(arrays[asked], limits[asked], max_subsets)
    for place, one in zip(np.flatnonzero(asked), sought, strict=True):
        found[place] = one
    return {"whole": whole, "masked": masked, "threshold": limits}, found


def _sets(facts: dict, found: Subsets) -> list[dict]:
    if not found.subsets:
        return [facts | {"order": 0, "markers": 0}]
    columns = zip(found.subsets, found.values, found.without_one, strict=True)
    return [
        facts
        | {"order": order, "markers": len(subset), "value": value, "without_one": without_one}
        | {"rest_value": found.rest_value}
        for order, (subset, value, without_one) in enumerate(columns)
    ]


def _members(
    name: str, found: Subsets, markers: pd.DataFrame, dosage: np.ndarray, means: np.ndarray
) -> list[pd.DataFrame]:
    return [
        markers.iloc[subset].assign(
            id=name, order=order, dosage=dosage[subset], mean=means[subset]
        )
        for order, subset in enumerate(found.subsets)
    ]


def _counted(sets: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """In how many samples' sets each marker is."""
    once = members.drop_duplicates(["id", "marker"]).merge(
        sets.drop_duplicates("id")[["id", "side"]], on="id"
    )
    samples = max(1, sets.loc[sets["markers"] > 0, "id"].nunique())
    table = once.groupby(["marker", "chrom", "position"], sort=False, as_index=False).agg(
        high=("side", lambda sides: int((sides == "high").sum())),
        low=("side", lambda sides: int((sides == "low").sum())),
    )
    table["share"] = (table["high"] + table["low"]) / samples
    table = table.sort_values("share", ascending=False, kind="stable")
    return table.reindex(columns=SET_MARKERS.names).reset_index(drop=True)
