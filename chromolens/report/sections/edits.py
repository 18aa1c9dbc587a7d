"""Windows edited base by base: how the prediction moves, which bases changed, and why these."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.genome.onehot import BASES
from chromolens.report.contents import Contents
from chromolens.report.figures import editing
from chromolens.report.tables import Table, count, decimal, words
from chromolens.tables.edits import EDIT_SCORES, EDITS

NEEDS = ("edits", "edit_scores")

FLANK = 10
"""Bases shown on either side of the outermost edits."""
WIDE = 120
"""Bases of a heat map at most: the middle of a longer window."""

_ONE = ["model", "task", "edit", "direction", "id"]


def context(study: Contents) -> dict:
    """Panels of curves, a table, and of the first windows their heat maps and sequences."""
    edits = tables.read_all(EDITS, study.edits)
    scores = tables.read_all(EDIT_SCORES, study.edit_scores)
    return {
        "panels": list(panels(edits)),
        "table": summary(edits),
        "windows": list(windows(edits, scores, study.loci)),
    }


def panels(edits: pd.DataFrame) -> Iterator[tuple]:
    """("task · model", [(edit, curves of all its windows)]) with axes that panels share."""
    for (model, task), rows in edits.groupby(["model", "task"], sort=False):
        low, high = rows["prediction"].min(), rows["prediction"].max()
        # probabilities keep their own axis, so that small changes look small
        bounds = (0.0, 1.0) if 0 <= low and high <= 1 else (float(low), float(high))
        most = int(rows["step"].max())
        yield (
            f"{task} · {model}",
            [
                (
                    name,
                    editing.curves(
                        _paths(own), bounds, most, f"Prediction along edits: {task}, {name}"
                    ),
                )
                for name, own in rows.groupby("edit", sort=False)
            ],
        )


def _paths(rows: pd.DataFrame) -> dict[str, list[np.ndarray]]:
    found: dict[str, list[np.ndarray]] = {}
    for (direction, _), own in rows.groupby(["direction", "id"], sort=False):
        found.setdefault(direction, []).append(own["prediction"].to_numpy())
    return found


def summary(edits: pd.DataFrame) -> Table:
    """A row per model, task, edit and direction: means over the windows."""
    rows = []
    for key, own in edits.groupby(_ONE[:-1], sort=False):
        paths = own.groupby("id", sort=False)
        first, last = paths["prediction"].first().mean(), paths["prediction"].last().mean()
        changed = (own["from"] != own["to"]).groupby(own["id"]).sum().mean()
        ends = paths["ended"].last().value_counts()
        said = words(f"{reason} ({number})" for reason, number in ends.items())
        made = decimal((paths["step"].max()).mean(), 1)
        numbers = [made, decimal(changed, 1), decimal(first), decimal(last)]
        rows.append([*key, count(paths.ngroups), *numbers, said])
    header = ["model", "task", "edit", "direction", "windows", "edits", "bases changed"]
    header += ["prediction before", "after", "ended"]
    caption = "Means over the windows; an edit that replaces a base by itself changes no base"
    return Table(caption, header, rows, frozenset(header[4:9]))


def windows(edits: pd.DataFrame, scores: pd.DataFrame, number: int) -> Iterator[dict]:
    """Of each model and task the first windows: heat maps and aligned sequences."""
    for (model, task), rows in edits.groupby(["model", "task"], sort=False):
        for name in rows["id"].unique()[:number]:
            own = rows[rows["id"] == name]
            theirs = scores[(scores["model"] == model) & (scores["task"] == task)]
            yield {
                "title": f"{task} · {model}",
                "id": name,
                "maps": list(_maps(theirs[theirs["id"] == name])),
                "aligned": [
                    (f"{edit}, {direction}", *aligned(path))
                    for (edit, direction), path in own.groupby(["edit", "direction"], sort=False)
                ],
            }


def _maps(scores: pd.DataFrame) -> Iterator[tuple]:
    """A heat map per edit; those alike (the same scores chose) once, under all their names."""
    found: dict[bytes, tuple[list[str], pd.DataFrame]] = {}
    for edit, own in scores.groupby("edit", sort=False):
        key = own[list(BASES)].to_numpy().tobytes()
        found.setdefault(key, ([], own))[0].append(str(edit))
    for names, own in found.values():
        first = max(0, (len(own) - WIDE) // 2)
        shown = own.iloc[first : first + WIDE]
        where = "" if len(own) <= WIDE else f", the middle {WIDE} of {len(own)} bases"
        label = f"Scores by which {words(names)} chose"
        values = shown[list(BASES)].to_numpy()
        yield f"{words(names)}{where}", editing.heat_map(values, "".join(shown["base"]), label)


def aligned(path: pd.DataFrame) -> tuple[int, list[tuple]]:
    """Where the shown stretch begins, and a line per step: step, pieces, prediction.

    A piece is (text, whether it was just edited); bases that are as in the line above are dots.
    """
    places = path["position"].dropna()
    first = max(0, int(places.min()) - FLANK) if len(places) else 0
    last = int(places.max()) + FLANK + 1 if len(places) else len(path["sequence"].iloc[0])
    lines, above = [], None
    for row in path.itertuples():
        text = row.sequence[first:last]
        at = None if pd.isna(row.position) else int(row.position) - first
        lines.append((row.step, _pieces(text, above, at), decimal(row.prediction)))
        above = text
    return first, lines


def _pieces(text: str, above: str | None, at: int | None) -> list[tuple[str, bool]]:
    if above is None or at is None:
        return [(text, False)]
    return [("·" * at, False), (text[at], True), ("·" * (len(text) - at - 1), False)]
