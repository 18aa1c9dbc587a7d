"""Patterns: what TF-MoDISco found, drawn over the database motifs that they match."""

from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from chromolens.report import logos
from chromolens.report.alignment import align, trimmed
from chromolens.report.study import Reading, Study, read
from chromolens.report.tables import count, plural, significant

_MOST = 12
"""Patterns drawn per reading; more are listed by number only."""


def context(study: Study) -> dict:
    """Groups of patterns of the models, and of the nulls apart."""
    ppms = {motif.id: motif for motif in study.database}
    groups = [_group(key, paths, ppms) for key, paths in study.patterns.items()]
    null = [group for group in groups if group["model"] in study.nulls]
    return {"groups": [group for group in groups if group not in null], "nulls": null}


def _group(key: Reading, paths: tuple[Path, Path], database: dict) -> dict:
    model, task, method = key
    table = read(paths[0])
    rows = list(_rows(table, paths[1], database))
    named = int(table["named"].sum()) if len(table) else 0
    summary = f"{plural(len(table), 'pattern')}, {named} with a name" if len(table) else ""
    return {
        "model": model,
        "task": task,
        "method": method,
        "summary": summary,
        "rows": rows,
        "more": max(0, len(table) - _MOST),
    }


def _rows(table: pd.DataFrame, path: Path, database: dict) -> Iterator[dict]:
    if not len(table):
        return
    with h5py.File(path) as file:
        shown = table.assign(rank=~table["named"].astype(bool))
        shown = shown.sort_values(["rank", "seqlets"], ascending=[True, False], kind="stable")
        for row in shown.head(_MOST).itertuples():
            yield _pattern(row, file, database)


def _pattern(row: object, file: h5py.File, database: dict) -> dict:
    stored = file[f"{row.sign}_patterns"][f"pattern_{str(row.pattern).rsplit('_', 1)[-1]}"]
    weights, shares = stored["contrib_scores"][:], stored["sequence"][:]
    core = trimmed(weights)
    return {
        "name": str(row.pattern).rsplit(".", 1)[-1].replace("_", " "),
        "sign": {"pos": "raises", "neg": "lowers"}[row.sign],
        "seqlets": count(row.seqlets),
        **match(row, weights[core], shares[core], database),
    }


def match(row: object, drawn: np.ndarray, ppm: np.ndarray, database: dict) -> dict:
    """Logos and words of one motif beside its best match.

    Parameters
    ----------
    row
        A row of the naming table.
    drawn : (length, 4)
        Letter heights of the motif.
    ppm : (length, 4)
        Its probabilities, by which it is laid over the match.
    database
        Id -> motif.
    """
    target = database.get(row.motif_id)
    words = {
        "named": bool(row.named),
        "title": _text(row.name) if row.named else "no name",
        "nearest": _text(row.name),
        "id": _text(row.motif_id),
        "family": _text(row.family),
        "q": significant(row.q),
        "reason": _text(row.reason),
        "others": _text(row.others).replace(";", ", "),
        "consensus": _text(row.consensus),
    }
    return words | (_alone(drawn, words) if target is None else _beside(drawn, ppm, target, words))


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)


def _alone(drawn: np.ndarray, words: dict) -> dict:
    return {
        "logo": logos.logo(drawn, f"Logo {words['consensus']}"),
        "match": None,
        "turned": False,
    }


def _beside(drawn: np.ndarray, ppm: np.ndarray, target: object, words: dict) -> dict:
    pair = align(ppm, target.ppm, drawn)
    label = f"Database motif {target.name}"
    return {
        "logo": logos.logo(pair.query, f"Logo {words['consensus']}"),
        "match": logos.logo(logos.information(pair.target), label, height=30),
        "turned": pair.reverse,
    }
