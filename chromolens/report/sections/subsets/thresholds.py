"""Thresholds of the subsets and the mask: each fold's, a sweep, and what is left out."""

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.figures import sweep as sweep_figure
from chromolens.report.tables import Table, count, plural, significant, words
from chromolens.tables.checks import MASK
from chromolens.tables.sis import COUNTS, SWEEP

_SCALES = {
    "positives": "percentile of the positives' held-out predictions",
    "relative": "per cent of the way from the masked to the whole window",
}


def context(study: Contents) -> dict:
    """A table of the folds, panels of the sweep, sentences; empty where nothing is known."""
    masks = tables.read_all(MASK, study.masks)
    rows = [
        (key, fold) for key, paths in study.sis.items() if "counts" in paths
        for fold in tables.read(COUNTS, paths["counts"]).to_dict("records")
    ]  # fmt: skip
    return {
        "table": _table(rows, masks, study.nulls) if rows else None,
        "told": [_told(study, rows, masks, null) for null in (False, True)],
        "panels": [_panels(key, tables.read(SWEEP, path)) for key, path in study.sweeps.items()],
    }


def _told(study: Contents, rows: list[tuple], masks: pd.DataFrame, null: bool) -> str:
    """What there is to say of the models, or of the nulls."""
    folds = [fold for (model, _), fold in rows if (model in study.nulls) == null]
    ours = masks[masks["model"].isin(study.nulls) == null]
    parts = [_verdicts(ours[ours["chosen"] == 1]), _others(ours[ours["chosen"] == 0])]
    told = " ".join(filter(None, [*parts, left_out(folds)]))
    return f"Nulls: {told}" if null and told else told


def _table(rows: list[tuple], masks: pd.DataFrame, nulls: frozenset[str]) -> Table:
    """A row per model, task and fold; marked where the mask of a real model passes."""
    chosen = masks[masks["chosen"] == 1].to_dict("records")
    judged = {(row["model"], row["task"], row["fold"]): row for row in chosen}
    header = ["task", "model", "fold", "threshold", "windows", "found", "below"]
    header += ["masked pass", "masked", "shuffles, 1–99 %", "percentile"]
    header += ["what that means"]
    cells, marked = [], set()
    for number, ((model, task), fold) in enumerate(rows):
        own = judged.get((model, task, fold["fold"]), {})
        cells.append([task, model, *_counts(fold), *_judged(own), _why(own, fold)])
        if fold["masked_passes"] and model not in nulls:
            marked.add(number)
    caption = "Thresholds (target units), numbers of windows, and the target of the masked window"
    return Table(caption, header, cells, frozenset(header[3:-1]), frozenset(marked))


def _counts(fold: dict) -> list[str]:
    own = "of its own" if fold["windows"] and np.isnan(fold["threshold"]) else ""
    limit = own or significant(fold["threshold"])
    numbers = [fold[key] for key in ("windows", "with_subset", "below", "masked_passes")]
    return [fold["fold"], limit, *map(count, numbers)]


def _judged(row: dict) -> list[str]:
    if not row or pd.isna(row["value"]):
        return ["–", "–", "–"]
    span = f"{significant(row['q01'])} to {significant(row['q99'])}"
    return [significant(row["value"]), span, significant(row["percentile"])]


def _why(row: dict, fold: dict) -> str:
    """What the masked window's target means for the subsets, in words."""
    if fold["masked_passes"]:
        return "masked window passes"
    if not row or not row["verdict"]:
        return ""
    if row["verdict"] == "inside":
        return "good: as without motifs"
    return "fine: below threshold"


def left_out(folds: list[dict]) -> str:
    """A sentence on windows in which no subset was sought, from rows of ``counts``."""
    passing, below = (sum(fold[key] for fold in folds) for key in ("masked_passes", "below"))
    parts = []
    if passing:
        parts.append(f"{plural(passing, 'window')} above the threshold even when fully masked")
    if below:
        parts.append(f"{plural(below, 'window')} below {'it' if passing else 'the threshold'}")
    return f"No subset was searched for in {words(parts)}." if parts else ""


def _verdicts(chosen: pd.DataFrame) -> str:
    judged = chosen[chosen["verdict"] != ""] if len(chosen) else chosen
    if not len(judged):
        return ""
    name, outside = judged["mask"].iloc[0], int((judged["verdict"] == "outside").sum())
    told = f"With the mask {name} the fully masked window's target lies"
    if not outside:
        return f"{told} among those of shuffled windows (1st to 99th percentile) in every fold."
    where = f"in {outside} of {plural(len(judged), 'case')} (task and fold)"
    return f"{told} outside those of shuffled windows (1st to 99th percentile) {where}."


def _others(others: pd.DataFrame) -> str:
    judged = others[others["verdict"] != ""] if len(others) else others
    if not len(judged):
        return ""
    parts = [
        f"{name}: {int((own['verdict'] == 'inside').sum())} of {len(own)} inside"
        for name, own in judged.groupby("mask", sort=False)
    ]
    return f"Other masks: {'; '.join(parts)}."


def _panels(key: tuple[str, str], table: pd.DataFrame) -> dict:
    model, task = key
    title, (scale, method) = f"{task} · {model}", table[["scale", "method"]].iloc[0]
    return {
        "title": title,
        "scale": _SCALES[scale],
        "told": _swept(table, method),
        "number": _drawn(sweep_figure.number_of_subsets, table, f"Windows with a subset, {title}"),
        "sizes": _drawn(sweep_figure.sizes, table, f"Sizes of the first subsets, {title}"),
    }


def _drawn(draw: object, table: pd.DataFrame, title: str) -> Markup:
    return draw(table, f"{title}, against the threshold")


def _swept(table: pd.DataFrame, method: str) -> str:
    """One sentence: the study's threshold, and the ends of the sweep."""
    chosen = table[table["chosen"] == 1].iloc[0]
    if not chosen["with_subset"]:
        return "At the study's threshold no window of the sweep has a subset."
    found = table[table["with_subset"] > 0]
    low, high = found.iloc[0], found.iloc[-1]
    return (
        f"At the study's threshold {count(chosen['with_subset'])} of "
        f"{plural(chosen['windows'], 'window')} have a subset; the first one has "
        f"{significant(chosen['median'])} bases in the median ({significant(low['median'])} at "
        f"{significant(low['at'])} on the axis, {significant(high['median'])} at "
        f"{significant(high['at'])}; {method} search)."
    )
