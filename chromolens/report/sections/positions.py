"""Where in the input the mass of each model's contributions lies, and whether it was learned."""

import pandas as pd

from chromolens import tables
from chromolens.checks.positions import binned, percent, shown_zone, verdict
from chromolens.report.contents import Contents
from chromolens.report.figures import positions as figure
from chromolens.report.tables import Table, significant
from chromolens.tables.checks import POSITIONS, PROFILE

NEEDS = ("positions", "profile")


def context(study: Contents) -> dict:
    """A panel per model (name, kind and sentence of its verdict, figure), and a table."""
    found = {model: tables.read(POSITIONS, path) for (model,), path in study.positions.items()}
    return {
        "panels": [
            _panel(model, numbers, tables.read(PROFILE, study.profiles[model,]))
            for model, numbers in found.items()
        ],
        "table": _table(found) if found else None,
    }


def _panel(model: str, numbers: pd.DataFrame, profile: pd.DataFrame) -> dict:
    told = verdict(numbers)
    drawn = figure.profiles(
        binned(profile.drop(columns="model")),
        shown_zone(numbers),
        int(numbers["length"].iloc[0]),
        f"Mass by position, {model}",
    )
    return {"model": model, "kind": told.kind, "told": told.sentence, "figure": drawn}


def _table(found: dict[str, pd.DataFrame]) -> Table:
    header = ["model", "profile", "verdict", "in the zone", "first", "last", "half at", "Gini"]
    header += ["effective positions", "log10 fall, last to first"]
    rows = [row for model, numbers in found.items() for row in _rows(model, numbers)]
    first = next(iter(found.values()))
    caption = (
        f"The mass of a position: mean |contribution|. First, last: on {first['end'].iloc[0]} of "
        f"{first['length'].iloc[0]} positions; untrained: median and range of the draws"
    )
    return Table(caption, header, rows, frozenset(header[3:]))


def _rows(model: str, numbers: pd.DataFrame) -> list[list[str]]:
    values = numbers.set_index("measure")
    shown = ("zone", "first_share", "last_share", "half", "gini", "effective", "slope")
    rows = []
    for name in ("trained", "shifted", "untrained", "even"):
        cells = [_cell(values.loc[measure], measure, name) for measure in shown]
        rows.append([model, name, values["verdict"].iloc[0] if not rows else "", *cells])
    return rows


def _cell(row: pd.Series, measure: str, name: str) -> str:
    shown = percent if measure in ("zone", "first_share", "last_share", "half") else significant
    if pd.isna(row[name]):
        return "–"
    if name != "untrained":
        return shown(row[name])
    low, high = shown(row["untrained_low"]), shown(row["untrained_high"])
    return f"{shown(row[name])} ({low.removesuffix(' %')} to {high})"
