"""Subsets of windows other than the positives that a network knows: what misled it, and why not.

==================  =====  ==================  ==============================================
group               label  held-out prediction  its subsets keep the target
==================  =====  ==================  ==============================================
``false_positive``  0      above 0              up: what made the network believe it
``false_negative``  1      below 0              down: what kept the network from believing it
``negative``        0      below 0              down: why not
==================  =====  ==================  ==============================================

A logit of 0 is a probability of one half. The study's threshold is of positives, and most of
these windows don't reach it: each has its own, a share of the way from its fully masked target to
its own (one half, where the study says no share).
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from chromolens.inputs.batches import Inputs
from chromolens.inputs.chosen import shuffle, take_turns
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import rows_called
from chromolens.models.model import Model
from chromolens.sis.find import find_subsets
from chromolens.sis.thresholds import Threshold, is_relative
from chromolens.tables.models import PREDICTIONS
from chromolens.tables.sis import OTHER_COUNTS, OTHERS

GROUPS = {
    "false_positive": (0, 1, "above"),
    "false_negative": (1, -1, "below"),
    "negative": (0, -1, "below"),
}
"""Group -> label, side of 0 on which it is predicted, and what its subsets keep."""
HALF = 0.5


def find_others(
    models: Mapping[str, Model],
    inputs: Inputs,
    predictions: pd.DataFrame,
    folds: Folds,
    *,
    task: str,
    most: Mapping[str, int],
    threshold: Threshold,
    seed: int,
    **settings: object,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sufficient subsets of some windows of each group, out of fold.

    Parameters
    ----------
    models
        Fold -> the model of it, the first replicate.
    predictions
        ``PREDICTIONS`` of a classifier of events: logits.
    most
        Group -> at most so many of its windows, drawn with ``seed``, groups of the folds in turn.
    threshold
        ``sis.threshold``; only a relative one is taken over.
    settings
        The other arguments of ``find.find_subsets``.

    Returns
    -------
    ``OTHERS`` and ``OTHER_COUNTS``.
    """
    share = threshold if is_relative(threshold) else {"relative": HALF}
    found, counts = [], []
    for group, count in most.items():
        members = members_of(predictions, task, group)
        drawn = take_turns(shuffle(members, np.random.default_rng(seed)), count)
        table, told = find_subsets(
            models,
            inputs,
            rows_called(drawn["id"], inputs.windows, "was predicted", PREDICTIONS.file),
            folds,
            task=task,
            thresholds=dict.fromkeys(models, share),
            keep=GROUPS[group][2],
            **settings,
        )
        found.append(table.assign(of=group))
        counts += list(_counted(group, members, told))
    tables = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    return tables.reindex(columns=OTHERS.names), pd.DataFrame(counts, columns=OTHER_COUNTS.names)


def members_of(predictions: pd.DataFrame, task: str, group: str) -> pd.DataFrame:
    """The held-out windows of ``predictions`` that are of ``group``: id, group, fold."""
    label, side, _ = GROUPS[group]
    ours = predictions["replicate"] == 0
    ours &= (predictions[f"{task}.label"] == label) & (side * predictions[task] > 0)
    return predictions.loc[ours & (predictions["role"] != "tile"), ["id", "group", "fold"]]


def _counted(group: str, members: pd.DataFrame, told: pd.DataFrame) -> Iterator[dict]:
    held_out = members["fold"].value_counts()
    for row in told.itertuples():
        yield {
            "of": group,
            "fold": row.fold,
            "held_out": int(held_out.get(row.fold, 0)),
            "windows": row.windows,
            # a share of the way reaches no window from the wrong side of its masked target
            "nothing_to_keep": row.masked_passes + row.below,
            "with_subset": row.with_subset,
            "subsets": row.subsets,
        }
