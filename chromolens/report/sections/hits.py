"""Hits: how often each motif was found in the genome, how right that is, which stand together."""

import pandas as pd

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.figures.gaps import gaps as draw_gaps
from chromolens.report.sections.performance import pool_predictions
from chromolens.report.tables import Table, count, decimal, plural, significant
from chromolens.tables.checks import CHECKED_HITS
from chromolens.tables.motifs import GAPS, HITS, PAIRS, SOUGHT

NEEDS = ("sought", "checked_hits", "motif_pairs", "gaps", "hits", "predictions")

_MOST = 12
"""Motifs shown per attribution; the others are counted."""
_KEYS = ["model", "task", "method"]
_CHECKED = ["truth", "events", "recall", "precision", "precision_pwm"]
_CHECKED += ["average_precision", "average_precision_pwm", "alone"]
_SHOWN = 100
"""Largest gap that is drawn (bp)."""


def context(study: Contents) -> dict:
    """A table for each attribution that was searched for hits, and its pairs of motifs."""
    found = tables.read_all(SOUGHT, study.hits)
    checked = tables.read_all(CHECKED_HITS, study.checked_hits)
    if not len(found):
        return {"groups": [], "searched": bool(study.hits), "pairs": None}
    if len(checked):
        found = found.merge(
            checked[[*_KEYS, "motif", *_CHECKED]], on=[*_KEYS, "motif"], how="left"
        )
    groups = [_group(key, table) for key, table in found.groupby(_KEYS, sort=False)]
    lone = bool(len(checked) and checked["alone"].any())
    shown = {"groups": groups, "searched": True, "lone": lone}
    return shown | {"pairs": pairs(study), "misses": near_misses(study)}


def _group(key: tuple[str, str, str], table: pd.DataFrame) -> dict:
    shown = table.sort_values("hits", ascending=False, kind="stable").head(_MOST)
    known = "truth" in shown and shown["truth"].fillna("").ne("").any()
    lone = known and shown["alone"].fillna(0).any()
    rows = [_row(row, known, lone) for row in shown.itertuples()]
    header = ["name", "motif", "sites", "hits"]
    header += ["truth", "recall", "precision", "by sequence alone"] if known else []
    header += ["with lone instances"] if lone else []
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


def _row(row: object, known: bool, lone: bool) -> list[str]:
    cells = [_text(row.name) or "no name", row.motif, count(row.sites), count(row.hits)]
    if known:
        cells += [f"{_text(row.truth) or 'all planted'} ({count(row.events)})"]
        cells += [decimal(row.recall), decimal(row.precision), decimal(row.precision_pwm)]
        cells += [decimal(row.precision + row.alone / max(row.hits, 1))] if lone else []
        cells += [decimal(row.average_precision), decimal(row.average_precision_pwm)]
    return [*cells, _text(row.reason)]


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)


def pairs(study: Contents) -> dict | None:
    """Motifs that stand together: a table, and a figure of each pair; None where none was asked.

    ``names`` has what is called a pair, best first, for the summary.
    """
    if not study.motif_pairs:
        return None
    table = tables.read_all(PAIRS, study.motif_pairs)
    table = table[table["found"] & ~table["model"].isin(study.nulls)].sort_values("p")
    header = ["pair", "task", "windows with both", "near", "by chance", "q", "bp apart"]
    header += ["first → second →", "second → first →", "→ ←", "← →"]
    rows = [_pair(row) for row in table.itertuples()]
    caption = (
        "Pairs of motifs whose hits are near each other more often than by chance; the last "
        "columns count their orientations"
    )
    spread = tables.read_all(GAPS, study.gaps)
    return {
        "table": Table(caption, header, rows, frozenset(header[2:])) if rows else None,
        "figures": [(name_of(row), _drawn(row, spread)) for row in table.itertuples()],
        "names": [(*_two(row), apart(row)) for row in table.itertuples()],
    }


def name_of(row: object) -> str:
    """``HSF1 + Nrf1``, of a row of ``PAIRS``."""
    return " + ".join(_two(row))


def _two(row: object) -> tuple[str, str]:
    return row.first_name or row.first, row.second_name or row.second


def apart(row: object) -> str:
    """``5–21 bp``, of a row of ``PAIRS``."""
    return f"{row.gap_low:.0f}–{row.gap_high:.0f} bp"


def _pair(row: object) -> list[str]:
    numbers = [count(row.windows), count(row.near), count(row.expected), significant(row.q)]
    ways = [row.first_second, row.second_first, row.facing, row.diverging]
    if row.first == row.second:
        ways[1] = float("nan")  # →→ whichever is called the first
    return [name_of(row), row.task, *numbers, apart(row), *map(count, ways)]


def _drawn(row: object, spread: pd.DataFrame) -> object:
    own = spread[spread["gap"] <= _SHOWN]
    for key in (*_KEYS, "first", "second"):
        own = own[own[key] == getattr(row, key)]
    label = f"Windows with {name_of(row)} by the gap between them"
    return draw_gaps(own["windows"].to_numpy(), own["expected"].to_numpy(), label)


def near_misses(study: Contents) -> list[Table]:
    """Which motifs stand in windows that are rightly and wrongly told: a table per attribution.

    Of classifiers. A near miss is a negative that is predicted as high as three in four positives;
    a missed positive is one that is predicted lower.
    """
    predictions, found = pool_predictions(study), []
    for (model, task, method), path in study.hit_sites.items():
        labels = f"{task}.label"
        table = predictions.get(model, pd.DataFrame())
        if labels not in table or not table[labels].dropna().isin([0, 1]).all():
            continue
        hits = tables.read(HITS, path)
        known = table.dropna(subset=[task, labels])
        limit = known.loc[known[labels] == 1, task].quantile(0.25)
        groups = {
            "positives predicted high": known[(known[labels] == 1) & (known[task] >= limit)],
            "positives predicted low": known[(known[labels] == 1) & (known[task] < limit)],
            "near misses": known[(known[labels] == 0) & (known[task] >= limit)],
            "other negatives": known[(known[labels] == 0) & (known[task] < limit)],
        }
        caption = f"{task}: windows with a hit, by the prediction of {model} ({method})"
        rows = _shares(hits[hits["over"] == "."], {n: set(g["id"]) for n, g in groups.items()})
        header = ["motif", *(f"{name} ({count(len(group))})" for name, group in groups.items())]
        found += [Table(caption, header, rows, frozenset(header[1:]))] if len(hits) else []
    return found


def _shares(hits: pd.DataFrame, groups: dict[str, set[str]]) -> list[list[str]]:
    """For each motif, most windows first, and for none the share of each group's windows."""
    windows = hits.groupby(["motif", "name"])["window"].agg(set)
    windows = windows.iloc[windows.map(len).argsort(kind="stable")[::-1]][:_MOST]
    none = [_share(len(ids - set(hits["window"])), len(ids)) for ids in groups.values()]
    rows = [
        [name, *(_share(len(ids & own), len(ids)) for ids in groups.values())]
        for (_, name), own in windows.items()
    ]
    return [*rows, ["none of them", *none]]


def _share(number: int, of: int) -> str:
    return f"{number / of:.0%}" if of else "–"
