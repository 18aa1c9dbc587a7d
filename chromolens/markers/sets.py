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
from chromolens.models.model import Model
from chromolens.runlog import progress
from chromolens.sis.front import Finder
from chromolens.sis.search.collection import Subsets
from chromolens.sis.seek import held_out_values, rows_of_sets, seek
from chromolens.sis.thresholds import TRAIT, Threshold, check_relative
from chromolens.tables.markers import MARKER_SETS, SET_MARKERS, SET_MEMBERS
from chromolens.ties import TIE, descending

SIDES = {"high": "above", "low": "below"}
"""Of the masked prediction, and what a set of such a sample keeps (``sis.front.KEEP``)."""


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
    check_relative(threshold, TRAIT)
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
            arrays, names = seen.arrays(own), seen.windows["id"].to_numpy()[own]
            found = seek(finder, arrays, threshold, max_subsets)
            for name, array, (known, one) in zip(names, arrays, found, strict=True):
                facts = known | {"id": name, "fold": fold, "side": side}
                sets += rows_of_sets(facts, one, "markers")
                members += _members(name, one, seen.markers, array[:, 0], means)
    table = pd.DataFrame(sets, columns=MARKER_SETS.names)
    held = pd.concat(members) if members else pd.DataFrame()
    held = held.reindex(columns=SET_MEMBERS.names).reset_index(drop=True)
    return MarkerSets(table, held, _counted(table, held))


def _extremes(
    model: Model, seen: Samples, rows: np.ndarray, task: str, target: str, count: int
) -> dict[str, np.ndarray]:
    """Side -> rows of the highest and of the lowest predictions, no row in both."""
    values = held_out_values(model, seen, rows, [task], target)[:, 0]
    ranked = rows[descending(values, TIE * np.abs(values).max(initial=0))]
    count = min(count, len(ranked) // 2)
    return {"high": ranked[:count], "low": ranked[len(ranked) - count :]}


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
