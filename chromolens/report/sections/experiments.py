"""Experiments in silico: what motifs gain where they are put in, and what pairs do together."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.figures import experiments as draw
from chromolens.report.figures.experiments import Effect
from chromolens.report.tables import Table, count, decimal, of_frame, plural, significant
from chromolens.tables.experiments import (
    MARGINAL,
    MARGINAL_DROPPED,
    NECESSITY,
    PROFILES,
    SPACED_PAIRS,
    SPACING,
    SUBSTITUTED,
)

NEEDS = (
    "marginal",
    "marginal_dropped",
    "spacing",
    "spaced_pairs",
    "spacing_dropped",
    "necessity",
    "substituted",
    "motif_profiles",
)
ALL = "all"
ARRANGEMENTS = {
    "first_second": "1→ 2→",
    "second_first": "2→ 1→",
    "facing": "1→ ←2",
    "diverging": "←1 2→",
}
_MOST = 12
"""Pairs drawn a task; the others are in the table."""


def context(study: Contents) -> dict:
    """A group for each model with something to learn and task, and what was left out."""
    worth = tables.read_all(NECESSITY, study.necessity)
    marginal = tables.read_all(MARGINAL, study.marginal)
    spaced = tables.read_all(SPACING, study.spacing)
    judged = tables.read_all(SPACED_PAIRS, study.spaced_pairs)
    broken = tables.read_all(SUBSTITUTED, study.substituted)
    profiles = tables.read_all(PROFILES, study.motif_profiles)
    dropped = tables.read_all(MARGINAL_DROPPED, study.tried_dropped)
    nulls = sorted(study.nulls)
    groups = []
    for model, task in worth[["model", "task"]].drop_duplicates().itertuples(index=False):
        if model in nulls and len(nulls) < worth["model"].nunique():
            continue
        parts = [_beside(table, model, task, nulls) for table in (worth, marginal, spaced)]
        own = judged[(judged["model"] == model) & (judged["task"] == task)]
        title = f"{task} · {model}"
        broken_here = _broken(_beside(broken, model, task, nulls), profiles, title)
        groups.append(_group(title, *parts, own) | broken_here)
    return {
        "groups": groups,
        "dropped": of_frame(dropped, "Motifs, pairs and windows that were left out")
        if len(dropped)
        else None,
    }


Sides = tuple[pd.DataFrame, pd.DataFrame]
"""Rows of a model, and those of the first null of the same task (perhaps none)."""


def _beside(table: pd.DataFrame, model: str, task: str, nulls: list[str]) -> Sides:
    same = table[table["task"] == task]
    null = same[same["model"].isin(nulls)]
    return same[same["model"] == model], null[null["model"] == null["model"].min()]


def _group(title: str, worth: Sides, marginal: Sides, spaced: Sides, judged: pd.DataFrame) -> dict:
    pairs = list(_pairs(spaced, judged))
    return {
        "title": title,
        "effects": _effects(worth, title),
        "table": _worth(worth[0], title),
        "places": list(_places(marginal, title)),
        "pairs": pairs[:_MOST],
        "more": plural(len(pairs) - _MOST, "more pair") if len(pairs) > _MOST else "",
        "judged": _judged(judged) if len(judged) else None,
    }


def _effects(worth: Sides, title: str) -> object:
    own, null = worth
    rows: dict[str, dict[str, Effect]] = {}
    for row in own.itertuples():
        gained = Effect(row.gained, row.gained_low, row.gained_high)
        lost = Effect(row.lost, row.lost_low, row.lost_high)
        rows[row.motif] = {"gained": gained, "lost": lost}
    for row in null.itertuples():
        if row.motif in rows:
            rows[row.motif]["null"] = Effect(row.gained, row.gained_low, row.gained_high)
    return draw.effects(rows, f"Effects of motifs: {title}")


def _worth(worth: pd.DataFrame, title: str) -> Table:
    header = ["motif", "gained where put in", "95 % interval", "lost where removed"]
    header += ["interval", "hits", "in subsets"]
    rows = [
        [
            row.motif,
            significant(row.gained),
            _span(row.gained_low, row.gained_high),
            significant(row.lost),
            _span(row.lost_low, row.lost_high),
            count(row.hits),
            "–" if pd.isna(row.sis_share) else f"{row.sis_share:.0%}",
        ]
        for row in worth.itertuples()
    ]
    caption = f"{title}: effect of inserting and of removing each motif, in units of the target"
    return Table(caption, header, rows, frozenset(header[1:]))


def _span(low: float, high: float) -> str:
    return "–" if pd.isna(low) else f"{significant(low)} to {significant(high)}"


def _places(marginal: Sides, title: str) -> Iterator[tuple[str, object]]:
    own, null = marginal
    bounds = _bounds(own, null)
    for motif, rows in own.groupby("motif", sort=False):
        if len(rows) > 1:
            name = rows["name"].iloc[0] or motif
            beside = null[null["motif"] == motif]
            yield name, draw.by_place(rows, beside, bounds, f"Effect of {name} by place: {title}")


def _bounds(own: pd.DataFrame, null: pd.DataFrame) -> tuple[float, float]:
    """Ends of an axis that holds 0 and all intervals."""
    numbers = pd.concat([own[["low", "high"]], null[["low", "high"]]]).to_numpy(float)
    return min(0.0, np.nanmin(numbers, initial=0.0)), max(0.0, np.nanmax(numbers, initial=0.0))


def _broken(broken: Sides, profiles: pd.DataFrame, title: str) -> dict:
    """The matrix and the losses of each motif whose hits were broken, and a table of their r."""
    own, null = broken
    told = profiles.set_index(["model", "task", "motif"])
    header = [
        "motif",
        "hits",
        "r with the matrix",
        "95 % interval",
        "loss a position",
        "in a null",
    ]
    panels, rows = [], []
    for key, part in own[own["hits"] > 0].groupby(["model", "task", "motif"], sort=False):
        fact, name = told.loc[key], part["name"].iloc[0] or key[2]
        panels.append((name, draw.broken(part, f"Losses by substitution of {name}: {title}")))
        beside = null.loc[null["motif"] == key[2], "loss"]
        rows.append([
            key[2], count(fact["hits"]), decimal(fact["r"], 2),
            _span(fact["r_low"], fact["r_high"]), significant(part["loss"].mean()),
            significant(beside.mean()) if len(beside) else "–",
        ])  # fmt: skip
    caption = f"{title}: losses by substitution of single bases of hits, in units of the target"
    table = Table(caption, header, rows, frozenset(header[1:])) if rows else None
    return {"broken": panels, "profiles": table}


def _pairs(spaced: Sides, judged: pd.DataFrame) -> Iterator[dict]:
    """The curve and the heat map of each pair, on the axis of its task."""
    own, null = spaced
    bounds = _bounds(*(side[side["arrangement"] == ALL] for side in spaced))
    most = float(own["interaction"].abs().max()) if len(own) else 0.0
    for pair, rows in own.groupby(["first", "second"], sort=False):
        beside = _together(null, *pair)
        told = _together(judged, *pair).iloc[0]
        band = (told["band_low"], told["band_high"])
        title = name_of(told)
        by = {name: part["interaction"].to_numpy() for name, part in rows.groupby("arrangement")}
        maps = {words: by[name] for name, words in ARRANGEMENTS.items() if name in by}
        whole = _together(rows, *pair)
        yield {
            "title": title,
            "curve": draw.by_gap(whole, beside, band, bounds, f"Interaction by gap: {title}"),
            "map": draw.heat_map(maps, most, f"Interaction by arrangement and gap: {title}"),
        }


def _together(table: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Rows of a pair, of the mean over its arrangements."""
    pair = (table["first"] == first) & (table["second"] == second)
    return table[pair & (table["arrangement"] == ALL)]


def name_of(row: pd.Series) -> str:
    """``HSF1 + Nrf1``, of a row of ``SPACED_PAIRS``."""
    return " + ".join(row[f"{which}_name"] or row[which] for which in ("first", "second"))


def _judged(judged: pd.DataFrame) -> Table:
    header = ["pair", "mean interaction", "gaps outside the band", "farthest gap (bp)"]
    header += ["there", "95 % interval", "10.5-bp wave", "p"]
    rows = [
        [
            name_of(row),
            significant(row["mean"]),
            count(row["outside"]),
            count(row["gap"]),
            significant(row["interaction"]),
            _span(row["low"], row["high"]),
            decimal(row["wave"], 2),
            decimal(row["wave_p"], 3),
        ]
        for _, row in judged[judged["arrangement"] == ALL].iterrows()
    ]
    caption = "Pairs, mean over arrangements: interactions (units of the target) and their gaps"
    return Table(caption, header, rows, frozenset(header[1:]))
