"""Methods compared on the same windows: deletion curves, rank agreement, completeness, time."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.figures import charts
from chromolens.report.tables import Table, count, decimal, significant
from chromolens.tables.checks import METHODS

NEEDS = ("methods",)

RANDOM = "random"


def context(study: Contents) -> dict:
    """Panels of deletion curves by model and task, and a table; empty where none compares."""
    table = tables.read_all(METHODS, study.compared)
    if not len(table):
        return {"panels": [], "table": None}
    return {"panels": list(panels(table)), "table": summary(table)}


def panels(table: pd.DataFrame) -> Iterator[tuple[str, list[tuple[str, Markup]]]]:
    """("task · model", [(method, its curve beside a random order's)])."""
    deleted = table[table["measure"] == "deletion"]
    for (model, task), rows in deleted.groupby(["model", "task"], sort=False):
        curves = {m: own.sort_values("share") for m, own in rows.groupby("method", sort=False)}
        chance = curves.pop(RANDOM)
        bounds = (float(rows["value"].min()), float(rows["value"].max()))
        yield (
            f"{task} · {model}",
            [(m, _panel(own, chance, bounds, f"{task}, {m}")) for m, own in curves.items()],
        )


def _panel(
    own: pd.DataFrame, chance: pd.DataFrame, bounds: tuple[float, float], label: str
) -> Markup:
    shares = own["share"].to_numpy()
    values = (own["value"].to_numpy(), chance["value"].to_numpy())
    return charts.deletion(shares, *values, bounds, f"Target as bases are deleted: {label}")


def summary(table: pd.DataFrame) -> Table:
    """A row per model, task and method; columns of rank agreement with each other method."""
    methods = [name for name in table["method"].unique() if name != RANDOM]
    seconds = table[table["measure"] == "cpu_seconds"].set_index(["model", "method"])["value"]
    rows = []
    for (model, task), own in table[table["task"] != ""].groupby(["model", "task"], sort=False):
        rows += [[model, task, *_row(own, name, methods)] for name in [*methods, RANDOM]]
        for row in rows[-len(methods) - 1 :]:
            row.append(count(seconds.get((model, row[2]), np.nan)))
    header = ["model", "task", "method", "windows", "mean fall", "completeness error"]
    header += [f"rank agreement with {name}" for name in methods] + ["CPU s of the job"]
    caption = (
        "Methods on the same windows: how far the target falls on average over the deletion "
        "(higher is better) and the median completeness error, both in units of the target"
    )
    return Table(caption, header, rows, frozenset(header[3:]))


def _row(own: pd.DataFrame, method: str, methods: list[str]) -> list[str]:
    mine = own[own["method"] == method]
    by_measure = {measure: rows for measure, rows in mine.groupby("measure")}
    deleted = by_measure["deletion"].sort_values("share")
    errors = by_measure.get("completeness", mine[:0])["value"]
    agreement = by_measure.get("agreement", mine[:0]).set_index("other")["value"]
    return [
        method,
        count(deleted["windows"].iloc[0]),
        decimal(fall(deleted["share"].to_numpy(), deleted["value"].to_numpy())),
        significant(errors.iloc[0]) if len(errors) else "–",
        *(decimal(agreement.get(other, np.nan), 2) for other in methods),
    ]


def fall(shares: np.ndarray, values: np.ndarray) -> float:
    """How far a deletion curve lies below its start, on average over the shares."""
    return float(np.trapezoid(values[0] - values, shares))
