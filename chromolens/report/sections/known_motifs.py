"""Known motifs: what each method gives to their matches, for each task, and which it misses."""

from collections.abc import Iterator

import pandas as pd
from markupsafe import Markup

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.figures.matches import scatter
from chromolens.report.tables import Table, count, decimal
from chromolens.tables.checks import MISSED, SCORED_MATCHES

NEEDS = ("scored_matches", "missed")


def context(study: Contents) -> dict:
    """Rows of panels by motif, model and method, and a table; no table where no motif is known."""
    if not study.missed:
        return {"motifs": {}, "table": None}
    known = study.config["checks"]["known_motifs"]
    matches = tables.read_all(SCORED_MATCHES, study.scored_matches)
    missed = tables.read_all(MISSED, study.missed)
    return {
        "known": known,
        "motifs": {
            str(motif): list(_rows(own, known["min_log_odds"]))
            for motif, own in matches.groupby("motif", sort=False)
        },
        "table": _table(missed),
    }


def _rows(matches: pd.DataFrame, least: float) -> Iterator[tuple[str, list[tuple[str, Markup]]]]:
    """("method · model", [(task, its panel)]); the tasks of a method have the same axes.

    Matches of log-odds below 0 are more like the background than the motif, and aren't drawn.
    """
    shown = matches[matches["log_odds"] >= 0]
    x_ends = (0.0, max(float(shown["log_odds"].max()), least))
    for (model, method), own in shown.groupby(["model", "method"], sort=False):
        y_ends = (min(own["contribution"].min(), 0.0), max(own["contribution"].max(), 0.0))
        panels = [
            (str(task), scatter(part, x_ends, y_ends, least, f"{task}, {method}, {model}"))
            for task, part in own.groupby("task", sort=False)
        ]
        yield f"{method} · {model}", panels


def _table(missed: pd.DataFrame) -> Table:
    rows = [
        [row.model, row.method, row.task, row.motif, count(row.matches), count(row.missed)]
        + [f"{100 * row.share:.2f} %", decimal(row.mean, 2)]
        for row in missed.itertuples()
    ]
    header = ["model", "method", "task", "motif", "good matches", "missed", "share"]
    header.append("mean contribution")
    caption = (
        "Good matches of known motifs, and those whose summed contribution is 0 or less: missed"
    )
    return Table(caption, header, rows, frozenset(header[4:]))
