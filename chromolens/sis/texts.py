"""The smallest sets of tokens that alone keep a text in its own class.

Sufficient input subsets (Carter et al., 2019) of held-out records that are classified right: a
masked token has the mean vector of the fold's training records. A set keeps a share of the way of
the class's target (its logit) from the masked text to the text as it is; which class the network
predicts on the set alone stands beside it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import pandas as pd
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import pairwise_distances
from sklearn.preprocessing import MultiLabelBinarizer

from chromolens.inputs.folds import Folds
from chromolens.inputs.tokens.windows import Tokens
from chromolens.models.model import Model, check_inputs
from chromolens.models.targets import target_values
from chromolens.runlog import progress
from chromolens.sis.front import Finder
from chromolens.sis.search.collection import Subsets
from chromolens.sis.seek import held_out_values, rows_of_sets, seek
from chromolens.sis.thresholds import TEXTS, Threshold, check_relative
from chromolens.tables.column import Table
from chromolens.tables.tokens import (
    KEPT_TOKENS,
    SET_CLUSTERS,
    SET_TOKENS,
    SOUGHT_TEXTS,
    TOKEN_SETS,
)
from chromolens.ties import TIE, descending, first_best


@dataclass(frozen=True)
class TextSets:
    """The tables of one network, by their names in ``tables.tokens``."""

    sought: pd.DataFrame
    sets: pd.DataFrame
    members: pd.DataFrame
    kept: pd.DataFrame
    clusters: pd.DataFrame


def find_sets(
    models: Mapping[str, Model],
    inputs: Tokens,
    folds: Folds,
    *,
    records: int,
    threshold: Threshold,
    target: str = "logit",
    mask: str = "mean",
    max_subsets: int | None = 1,
    method: str = "auto",
    max_distance: float = 0.6,
    min_members: int = 5,
) -> TextSets:
    """Sufficient sets of tokens of held-out records, each for its own class.

    Parameters
    ----------
    models
        Fold -> its model.
    records
        At most so many a class, in like numbers from every fold: of those that are classified
        right half the most surely, half the least, by the margin of their class.
    threshold
        ``{"relative": share}``: how much of the way from the masked text's target to the
        record's own a set must keep.
    mask
        See ``sis.front.sufficient_subsets``, as for ``target``, ``max_subsets``, ``method``.
    max_distance, min_members
        See ``clustered``.
    """
    check_relative(threshold, TEXTS)
    per_side = max(1, records // (2 * len(models)))
    judged, sets, members = [], [], []
    for fold, model in progress(models.items(), what="sets of tokens"):
        seen = inputs.for_training(folds.groups(fold, "training"))
        rows = folds.rows(inputs.windows, fold, "test")
        judged.append(_judged(model, seen, rows, target, per_side).assign(fold=fold))
        for task, own in judged[-1].query("side != ''").groupby("task", sort=False):
            finder = Finder(model, seen.length, task=task, target=target, mask=mask, method=method)
            arrays = check_inputs(model, seen.arrays(own["row"].to_numpy()))
            found = seek(finder, arrays, threshold, max_subsets)
            for facts, array, (known, one) in zip(
                own.to_dict("records"), arrays, found, strict=True
            ):
                alone = _predicted(finder, finder.alone(array, one.subsets), seen.tasks)
                own_sets = rows_of_sets(facts | known, one, "tokens")
                sets += [row | {"alone": name} for row, name in zip_longest(own_sets, alone)]
                members += _members(seen, facts["row"], one)
    table, held = _table(TOKEN_SETS, sets), _table(SET_TOKENS, members)
    table["cluster"] = _clusters(table, held, max_distance, min_members)
    return TextSets(
        sought=_sought(pd.concat(judged), table),
        sets=table,
        members=held,
        kept=_kept(table, held),
        clusters=_described(table, held),
    )


def _judged(
    model: Model, seen: Tokens, rows: np.ndarray, target: str, per_side: int
) -> pd.DataFrame:
    """id, row, task (its class), margin, right and side ("": not asked) of held-out ``rows``."""
    values = held_out_values(model, seen, rows, seen.tasks, target)
    tie = TIE * np.abs(values).max(initial=0)
    own = seen.labels(rows, seen.tasks) == 1
    parts = []
    for place, task in enumerate(seen.tasks):
        ours = values[own[:, place]]
        margins = ours[:, place] - np.delete(ours, place, axis=1).max(axis=1)
        ranked = descending(margins, tie)
        ranked = ranked[margins[ranked] > tie]
        surely = min(per_side, (len(ranked) + 1) // 2)
        side = np.full(len(ours), "", dtype=object)
        side[ranked[-per_side:]] = "barely"
        side[ranked[:surely]] = "surely"
        part = pd.DataFrame({"row": rows[own[:, place]], "task": task, "margin": margins})
        parts.append(part.assign(right=margins > tie, side=side))
    found = pd.concat(parts, ignore_index=True)
    return found.assign(id=seen.windows["id"].to_numpy()[found["row"]])


def _predicted(finder: Finder, inputs: np.ndarray, tasks: Sequence[str]) -> list[str]:
    """The class of the highest target of each input, the first of equals."""
    if not len(inputs):
        return []
    values = target_values(finder.model, inputs, tasks=tasks, target=finder.target)
    return [tasks[one] for one in first_best(values, TIE * np.abs(values).max(axis=1))]


def _members(seen: Tokens, row: int, found: Subsets) -> list[dict]:
    numbers, tokens = seen.arrays(np.array([row]))[0], seen.windows["text"].iloc[row].split()
    return [
        {"id": seen.windows["id"].iloc[row], "order": order, "place": place}
        | {"token": tokens[place], "number": numbers[place]}
        for order, subset in enumerate(found.subsets)
        for place in subset
    ]


def _table(table: Table, rows: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(rows).reindex(columns=table.names)


def _sought(judged: pd.DataFrame, sets: pd.DataFrame) -> pd.DataFrame:
    """``SOUGHT_TEXTS``."""
    judged = judged.assign(
        misclassified=~judged["right"],
        asked=judged["side"] != "",
        with_set=judged["id"].isin(sets.loc[sets["tokens"] > 0, "id"]),
    )
    counts = judged.groupby(["task", "fold"], sort=False).agg(
        records=("id", "size"),
        **{name: (name, "sum") for name in ("misclassified", "asked", "with_set")},
    )
    return counts.reset_index().reindex(columns=SOUGHT_TEXTS.names)


def _kept(sets: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """``KEPT_TOKENS``: in how many records of each class a token is in a set."""
    classes = sets[sets["tokens"] > 0].drop_duplicates("id").set_index("id")["task"]
    once = members.drop_duplicates(["id", "token"])
    once = once.assign(task=once["id"].map(classes))
    rows = []
    for task, number in classes.value_counts(sort=False).items():
        counts = once.loc[once["task"] == task, "token"].value_counts().sort_index()
        counts = counts.sort_values(ascending=False, kind="stable")
        rows += [(task, token, records, records / number) for token, records in counts.items()]
    return pd.DataFrame(rows, columns=KEPT_TOKENS.names)


def _clusters(
    sets: pd.DataFrame, members: pd.DataFrame, max_distance: float, least: int
) -> pd.Series:
    """The cluster of each of ``sets`` among those of its class."""
    tokens = members.groupby(["id", "order"])["token"].agg(set)
    labels = pd.Series(-1, sets.index)
    for _, own in sets[sets["tokens"] > 0].groupby("task", sort=False):
        sought = tokens[list(zip(own["id"], own["order"], strict=True))]
        labels[own.index] = clustered(list(sought), max_distance, least)
    return labels


def _described(sets: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """``SET_CLUSTERS``."""
    rows, once = [], members.drop_duplicates(["id", "order", "token"])
    for task, ours in sets[sets["cluster"] >= 0].groupby("task", sort=False):
        for cluster, own in ours.groupby("cluster"):
            counts = once.merge(own[["id", "order"]])["token"].value_counts().sort_index()
            common = counts[2 * counts >= len(own)].sort_values(ascending=False, kind="stable")
            rows.append((task, cluster, len(own), " ".join(common.index)))
    return pd.DataFrame(rows, columns=SET_CLUSTERS.names)


def clustered(sets: Sequence[Collection[str]], max_distance: float, least: int) -> np.ndarray:
    """Groups of sets that share tokens: int (n,), 0 the one of most sets, -1 in groups of few.

    Average linkage of Jaccard distances (1 - shared tokens over all tokens of the two), up to
    ``max_distance``; groups of fewer than ``least`` sets are none.
    """
    labels = np.zeros(len(sets), int)
    if len(sets) > 1:
        has = MultiLabelBinarizer().fit_transform(sets).astype(bool)
        linked = AgglomerativeClustering(
            n_clusters=None,
            metric="precomputed",
            linkage="average",
            distance_threshold=max_distance + 1e-9,  # a mean of fractions is rounded
        )
        labels = linked.fit_predict(pairwise_distances(has, metric="jaccard"))
    groups = [np.flatnonzero(labels == one) for one in np.unique(labels)]
    groups = sorted(
        (own for own in groups if len(own) >= least), key=lambda own: (-len(own), own[0])
    )
    found = np.full(len(sets), -1)
    for number, own in enumerate(groups):
        found[own] = number
    return found
