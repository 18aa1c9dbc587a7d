"""Patterns: what TF-MoDISco found, drawn over the database motifs that they match."""

from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.motifs.modisco.patterns import Pattern, read_patterns
from chromolens.report.alignment import align
from chromolens.report.contents import Attribution, Contents
from chromolens.report.figures import logos
from chromolens.report.tables import count, plural, significant
from chromolens.report.tables import words as listed
from chromolens.tables.motifs import MERGED

NEEDS = ("merged", "merged_h5", "motif_page")

_MOST = 12
"""Patterns drawn per attribution; more are listed by number only."""


def context(study: Contents) -> dict:
    """Groups of patterns of the models, and of the nulls apart."""
    ppms = {motif.id: motif for motif in study.database}
    groups = [
        _group(key, paths, ppms) | {"page": _page(study, key)}
        for key, paths in study.patterns.items()
    ]
    null = [group for group in groups if group["model"] in study.nulls]
    return {"groups": [group for group in groups if group not in null], "nulls": null}


def _page(study: Contents, key: Attribution) -> str:
    """The link to the page about an attribution's motifs, or nothing."""
    return f"motifs/{study.motif_pages[key].name}" if key in study.motif_pages else ""


def _group(key: Attribution, paths: tuple[Path, Path], database: dict) -> dict:
    model, task, method = key
    table = tables.read(MERGED, paths[0])
    rows = _rows(table, paths[1], database)
    return {
        "model": model,
        "task": task,
        "method": method,
        "summary": _summary(table),
        "rows": rows,
        "more": max(0, len(table) - _MOST),
    }


def _summary(table: pd.DataFrame) -> str:
    """How many have a name, and how many would by chance: motifs with shuffled columns."""
    if not len(table):
        return ""
    words = [plural(len(table), "motif"), f"{int(table['named'].sum())} with a name"]
    rate = table["false_name_rate"].iloc[0]
    words += [] if pd.isna(rate) else [f"by chance: {rate:.0%} of their shuffles have one"]
    return ", ".join(words)


def _rows(table: pd.DataFrame, path: Path, database: dict) -> list[dict]:
    """The named ones first, then by seqlets."""
    if not len(table):
        return []
    stored = {pattern.name: pattern for pattern in read_patterns(path)}
    shown = table.assign(unnamed=~table["named"].astype(bool))
    shown = shown.sort_values(["unnamed", "seqlets"], ascending=[True, False], kind="stable")
    return [_pattern(row, stored[row.pattern], database) for row in shown.head(_MOST).itertuples()]


def _pattern(row: object, stored: Pattern, database: dict) -> dict:
    return {
        "name": stored.name.split(".")[-1].replace("_", " "),
        "sign": {"pos": "raises", "neg": "lowers"}[stored.sign],
        "seqlets": count(row.seqlets),
        "contribution": significant(stored.contribution),
        **match(row, stored.cwm[stored.core], stored.motif, database),
        "members": _members(row),
    }


def _members(row: object) -> str:
    """The other patterns that it was merged of."""
    others = [name.split(".")[-1].replace("_", " ") for name in row.members.split(";")]
    return listed(others[1:])


def match(row: object, drawn: np.ndarray, ppm: np.ndarray, database: dict) -> dict:
    """Logos and words of one motif beside its best match.

    Parameters
    ----------
    row
        A row of the naming table.
    drawn : (length, 4)
        Letter heights of the motif.
    ppm : (length, 4)
        Its probabilities, of which the match saw the trimmed part.
    database
        Id -> motif.
    """
    target = database.get(row.motif_id)
    words = {
        "named": bool(row.named),
        "title": title(row) if row.named else "no name",
        "nearest": _text(row.name),
        "id": _text(row.motif_id),
        "family": _text(row.family),
        "q": significant(row.q),
        "reason": _text(row.reason),
        "others": _text(row.others).replace(";", ", "),
        "consensus": _text(row.consensus),
        "members": "",
    }
    return words | (
        _alone(drawn, words) if target is None else _beside(row, drawn, ppm, target, words)
    )


def title(row: object) -> str:
    """What a motif is called; of a composite both names, and how far they are apart."""
    if not _text(row.partner):
        return _text(row.name)
    return f"{_text(row.name)} + {row.partner}, {row.gap:.0f} bp apart"


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)


def _alone(drawn: np.ndarray, words: dict) -> dict:
    return {
        "logo": logos.logo(drawn, f"Logo {words['consensus']}"),
        "match": None,
        "turned": False,
    }


def _beside(row: object, drawn: np.ndarray, ppm: np.ndarray, target: object, words: dict) -> dict:
    pair = align(row, ppm, target.ppm, drawn)
    label = f"Database motif {target.name}"
    return {
        "logo": logos.logo(pair.query, f"Logo {words['consensus']}"),
        "match": logos.logo(logos.heights(pair.target), label, height=30),
        "turned": pair.reverse,
    }
