"""Hits: how often each motif was found in the genome, and how right that is."""

import pandas as pd

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.tables import Table, count, decimal, plural
from chromolens.tables.checks import CHECKED_HITS
from chromolens.tables.motifs import SOUGHT

NEEDS = ("sought", "checked_hits")

_MOST = 12
"""Motifs shown per attribution; the others are counted."""
_KEYS = ["model", "task", "method"]
_CHECKED = ["truth", "events", "recall", "precision", "precision_pwm"]
_CHECKED += ["average_precision", "average_precision_pwm"]


def context(study: Contents) -> dict:
    """A table for each attribution that was searched for hits."""
    found = tables.read_all(SOUGHT, study.hits)
    checked = tables.read_all(CHECKED_HITS, study.checked_hits)
    if not len(found):
        return {"groups": [], "searched": bool(study.hits)}
    if len(checked):
        found = found.merge(
            checked[[*_KEYS, "motif", *_CHECKED]], on=[*_KEYS, "motif"], how="left"
        )
    groups = [_group(key, table) for key, table in found.groupby(_KEYS, sort=False)]
    return {"groups": groups, "searched": True}


def _group(key: tuple[str, str, str], table: pd.DataFrame) -> dict:
    shown = table.sort_values("hits", ascending=False, kind="stable").head(_MOST)
    known = "truth" in shown and shown["truth"].fillna("").ne("").any()
    rows = [_row(row, known) for row in shown.itertuples()]
    header = ["name", "motif", "sites", "hits"]
    header += ["truth", "recall", "precision", "by sequence alone"] if known else []
    header += ["average precision", "of sequence alone"] if known else []
    header += ["no hits because"] if shown["reason"].ne("").any() else []
    numeric = frozenset(header) - {"name", "motif", "truth", "no hits because"}
    caption = f"{key[1]}: sites that match, and hits ({key[0]}, {key[2]})"
    rows = [row[: len(header)] for row in rows]
    return {
        "table": Table(caption, header, rows, numeric),
        "more": max(0, len(table) - _MOST),
        "absent": plural(gaps, "site") if (gaps := table["absent"].sum()) else "",
    }


def _row(row: object, known: bool) -> list[str]:
    cells = [_text(row.name) or "no name", row.motif, count(row.sites), count(row.hits)]
    if known:
        cells += [f"{_text(row.truth) or 'all planted'} ({count(row.events)})"]
        cells += [decimal(row.recall), decimal(row.precision), decimal(row.precision_pwm)]
        cells += [decimal(row.average_precision), decimal(row.average_precision_pwm)]
    return [*cells, _text(row.reason)]


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)
