"""SIS: strings of the clusters with their counts, and the motifs they make."""

from pathlib import Path

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens.motifs.meme import read_meme
from chromolens.motifs.ppm import trim
from chromolens.report import logos
from chromolens.report.sections import thresholds
from chromolens.report.sections.patterns import match
from chromolens.report.study import Study, read
from chromolens.report.tables import count, plural

_STRINGS, _CLUSTERS, _MOTIFS = 8, 6, 6
_NOISE = -1


def context(study: Study) -> dict:
    """A group per model and task, nulls last and marked; thresholds and mask."""
    database = {motif.id: motif for motif in study.database}
    groups = [_group(study, key, paths, database) for key, paths in study.sis.items()]
    return {"groups": sorted(groups, key=_null), "thresholds": thresholds.context(study)}


def _null(group: dict) -> bool:
    return group["null"]


def _group(study: Study, key: tuple[str, str], paths: dict[str, Path], database: dict) -> dict:
    clusters = read(paths["clusters"]) if "clusters" in paths else pd.DataFrame()
    return {
        "model": key[0],
        "task": key[1],
        "null": key[0] in study.nulls,
        "summary": _summary(paths),
        "clusters": _clusters(clusters),
        "noise": _noise(clusters),
        "motifs": _motifs(paths, database),
    }


def _summary(paths: dict[str, Path]) -> str:
    if "sis" not in paths:
        return ""
    table = read(paths["sis"])
    if not len(table):
        return _why_none(paths)
    sizes = table["positions"].astype(str).str.count(",") + 1
    return (
        f"{plural(len(table), 'subset')} in {plural(table['id'].nunique(), 'window')}; "
        f"half of them have {sizes.median():.0f} bases or fewer."
    )


def _why_none(paths: dict[str, Path]) -> str:
    folds = read(paths["counts"]).to_dict("records") if "counts" in paths else []
    if not any(fold["windows"] for fold in folds):
        return "No window reached the threshold, so there is no subset."
    return f"No subset was found. {thresholds.left_out(folds)}"


def _clusters(table: pd.DataFrame) -> list[dict]:
    if not len(table):
        return []
    real = table[table["cluster"] != _NOISE]
    order = real.groupby("cluster")["count"].sum().sort_values(ascending=False, kind="stable")
    return [_cluster(name, real[real["cluster"] == name]) for name in order.index[:_CLUSTERS]]


def _cluster(name: object, table: pd.DataFrame) -> dict:
    ordered = table.sort_values("count", ascending=False, kind="stable")
    top = ordered.head(_STRINGS)
    return {
        "name": f"Cluster {name}",
        "members": count(table["count"].sum()),
        "distinct": plural(len(table), "distinct string"),
        "strings": [
            (coloured(row[0]), count(row[1]))
            for row in top[["string", "count"]].itertuples(index=False)
        ],
    }


def _noise(table: pd.DataFrame) -> str:
    number = table.loc[table["cluster"] == _NOISE, "count"].sum() if len(table) else 0
    return f"{plural(number, 'subset')} in no cluster" if number else ""


def coloured(string: str) -> Markup:
    """A SIS string with its letters in the bases' colours and N as a dash."""
    letters = [
        Markup('<b class="base-{0}">{0}</b>').format(base) if base in logos.LETTERS else "-"
        for base in string
    ]
    return Markup("").join(letters)


def _motifs(paths: dict[str, Path], database: dict) -> list[dict]:
    if "motifs" not in paths or "meme" not in paths:
        return []
    table = read(paths["motifs"])
    if not len(table):
        return []
    ppms = {identifier: ppm for identifier, _, ppm in read_meme(paths["meme"])}
    ordered = table.assign(rank=~table["named"].astype(bool)).sort_values(
        ["rank", "support"], ascending=[True, False], kind="stable"
    )
    rows = [row for row in ordered.itertuples() if row.motif in ppms]
    return [_motif(row, ppms[row.motif], database) for row in rows[:_MOTIFS]]


def _motif(row: object, ppm: np.ndarray, database: dict) -> dict:
    core = trim(ppm)
    words = {"name": row.motif.replace("_", " "), "seqlets": count(row.support), "sign": ""}
    return words | match(row, logos.heights(core), core, database)
