"""Two models compared: whose subsets a cluster holds, what each makes of the other's."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.figures import logos
from chromolens.report.tables import Table, count, decimal, plural, significant
from chromolens.tables.sis import ALIKE, EXCHANGED, JOINT

_SHOWN = 8
"""Clusters of each mode, the largest."""


def context(study: Contents) -> list[dict]:
    """A dict per pair and task: a sentence and three tables."""
    return [_pair(key, paths) for key, paths in study.pairs.items()]


def _pair(key: tuple[str, str, str], paths: Mapping[str, Path]) -> dict:
    model, other, task = key
    read = tables.read(EXCHANGED, paths["exchanged"])
    shown = [
        exchanged(read, [model, other]),
        clusters(tables.read(JOINT, paths["clusters"]), [model, other]),
        agreement(tables.read(ALIKE, paths["agreement"]), model, other),
    ]
    told = " ".join(_told(read, *pair) for pair in ((model, other), (other, model)))
    return {"title": f"{task}: {model} and {other}", "told": told, "tables": shown}


def _told(read: pd.DataFrame, finder: str, reader: str) -> str:
    ours = read[(read["finder"] == finder) & (read["reader"] == reader)]
    if not len(ours):
        return f"{finder} has no subset."
    return (
        f"{count(ours['reaches'].sum())} of {plural(len(ours), 'subset')} of {finder} are enough "
        f"for {reader} too."
    )


def exchanged(read: pd.DataFrame, names: list[str]) -> Table:
    """A row per finder and reader of ``EXCHANGED``."""
    rows = []
    for finder in names:
        for reader in names:
            ours = read[(read["finder"] == finder) & (read["reader"] == reader)]
            medians = ours[["masked", "value", "whole", "threshold"]].median()
            empty = ours["masked"] >= ours["threshold"]
            shares = [each.mean() if len(ours) else np.nan for each in (ours["reaches"], empty)]
            rows.append([finder, reader, count(len(ours)), *map(significant, medians)])
            rows[-1] += [decimal(share, 2) for share in shares]
    header = ["subsets of", "read by", "subsets", "masked", "subset alone", "window", "threshold"]
    header += ["share that reach it", "as the masked window does"]
    caption = (
        "Each model's subsets alone, all else masked, given to both models: medians of the target "
        "of the fully masked window, the subset and the whole window, and of the threshold of the "
        "model that reads. Where the masked window reaches the threshold too, a subset shows "
        "nothing"
    )
    return Table(caption, header, rows, frozenset(header[2:]))


def clusters(joint: pd.DataFrame, names: list[str]) -> Table:
    """A row per cluster of ``JOINT``, the largest of each mode, and what is in none."""
    rows = []
    for mode in ("aligned", "paper"):
        ours = joint[joint["mode"] == mode]
        sizes = (
            ours.groupby("cluster")["members"].sum().sort_values(ascending=False, kind="stable")
        )
        real = [cluster for cluster in sizes.index if cluster >= 0]
        for cluster in [*real[:_SHOWN], *(c for c in sizes.index if c < 0)]:
            rows.append([mode, *_cluster(ours[ours["cluster"] == cluster], cluster, names)])
    header = ["mode", "cluster", "name"]
    for name in names:
        header += [f"of {name}", f"share of {name}", f"most frequent of {name}"]
    caption = (
        "The subsets of both models clustered together: how many of a cluster's members are of "
        "either model, and as a share of all that this model has"
    )
    numeric = frozenset(head for head in header if head.startswith(("of ", "share")))
    return Table(caption, header, rows, numeric)


def _cluster(rows: pd.DataFrame, cluster: int, names: list[str]) -> list[str | Markup]:
    by_finder = rows.set_index("finder")
    cells = ["in none" if cluster < 0 else str(cluster), rows["name"].iloc[0] or "–"]
    for name in names:
        own = by_finder.loc[name]
        string = "" if cluster < 0 else own["string"]
        cells += [count(own["members"]), decimal(own["of_finder"], 2)]
        shown = logos.colour(string.replace("N", "-"))
        cells.append(Markup('<span class="string">{}</span>').format(shown) if string else "–")
    return cells


def agreement(alike: pd.DataFrame, model: str, other: str) -> Table:
    """The rows of ``ALIKE``."""
    rows = [
        [
            f"{row.measure} {row.name}".strip(),
            decimal(row.value, 2),
            decimal(row.of_model),
            decimal(row.of_other),
            count(row.windows),
        ]
        for row in alike.itertuples(index=False)
    ]
    caption = (
        "Agreement of the two models: rank correlation of contributions and of predictions, "
        "Jaccard index of the positions kept, metrics of each"
    )
    header = ["measure", "agreement", model, other, "windows"]
    return Table(caption, header, rows, frozenset(header[1:]))
