"""SIS: clusters on both strands, aligned, with their motifs; and the paper's strings."""

from pathlib import Path

import pandas as pd

from chromolens import tables
from chromolens.motifs.meme import read_meme
from chromolens.report.figures import logos
from chromolens.report.sections import thresholds
from chromolens.report.sections.subset_motifs import Motifs, aligned_clusters
from chromolens.report.study import Study
from chromolens.report.tables import count, plural, words
from chromolens.tables.sis import ALIGNED, CLUSTERS, COUNTS, SUBSET_MOTIFS, SUBSETS, WEIGHTS

NEEDS = (
    "sis",
    "sis_counts",
    "sis_clusters",
    "sis_aligned",
    "sis_motifs",
    "sis_weights",
    "sis_meme",
)

_STRINGS, _CLUSTERS = 15, 6
_NOISE = -1


def context(study: Study) -> dict:
    """A group per model and task, nulls last and marked; thresholds and mask."""
    database = {motif.id: motif for motif in study.database}
    groups = [_group(study, key, paths, database) for key, paths in study.sis.items()]
    return {"groups": sorted(groups, key=_null), "thresholds": thresholds.context(study)}


def _null(group: dict) -> bool:
    return group["null"]


def _group(study: Study, key: tuple[str, str], paths: dict[str, Path], database: dict) -> dict:
    motifs, parts = _motifs(paths), _table(paths, "aligned")
    strings = _table(paths, "clusters")
    return {
        "model": key[0],
        "task": key[1],
        "null": key[0] in study.nulls,
        "summary": _summary(paths),
        "aligned": aligned_clusters(parts, motifs, database),
        "aligned_summary": _aligned_summary(parts),
        "clusters": _clusters(strings, motifs),
        "noise": _noise(strings),
    }


_KINDS = {
    "counts": COUNTS,
    "clusters": CLUSTERS,
    "aligned": ALIGNED,
    "motifs": SUBSET_MOTIFS,
    "weights": WEIGHTS,
}


def _table(paths: dict[str, Path], name: str) -> pd.DataFrame:
    return tables.read(_KINDS[name], paths[name]) if name in paths else pd.DataFrame()


def _motifs(paths: dict[str, Path]) -> Motifs:
    table = _table(paths, "motifs")
    if not len(table) or "meme" not in paths:
        return Motifs(table, {}, {})
    ppms = {identifier: ppm for identifier, _, ppm in read_meme(paths["meme"])}
    weights = _table(paths, "weights")
    by_motif = weights.groupby("motif") if len(weights) else ()
    return Motifs(table, ppms, {name: rows[list("ACGT")].to_numpy() for name, rows in by_motif})


def _summary(paths: dict[str, Path]) -> str:
    if "sis" not in paths:
        return ""
    table = tables.read(SUBSETS, paths["sis"])
    if not len(table):
        return _why_none(paths)
    sizes = table["positions"].astype(str).str.count(",") + 1
    return (
        f"{plural(len(table), 'subset')} in {plural(table['id'].nunique(), 'window')}; "
        f"half of them have {sizes.median():.0f} bases or fewer."
    )


def _why_none(paths: dict[str, Path]) -> str:
    folds = _table(paths, "counts").to_dict("records") if "counts" in paths else []
    if not any(fold["windows"] for fold in folds):
        return "No window reached the threshold, so there is no subset."
    return f"No subset was found. {thresholds.left_out(folds)}"


def _aligned_summary(table: pd.DataFrame) -> str:
    if not len(table):
        return ""
    real = table["cluster"] != _NOISE
    return (
        f"{plural(len(table), 'part')} of subsets: {count(real.sum())} in "
        f"{plural(table.loc[real, 'cluster'].nunique(), 'cluster')}, "
        f"{count((~real).sum())} in none (too few bases, or too few of their kind)."
    )


def _clusters(table: pd.DataFrame, motifs: Motifs) -> list[dict]:
    if not len(table):
        return []
    real = table[table["cluster"] != _NOISE]
    order = real.groupby("cluster")["count"].sum().sort_values(ascending=False, kind="stable")
    shown = order.index[:_CLUSTERS]
    return [_cluster(name, real[real["cluster"] == name], motifs) for name in shown]


def _cluster(name: int, table: pd.DataFrame, motifs: Motifs) -> dict:
    ordered = table.sort_values("count", ascending=False, kind="stable")
    return {
        "name": f"Cluster {name}",
        "named": words(dict.fromkeys(motifs.names(f"paper_{name}."))),
        "members": count(table["count"].sum()),
        "distinct": plural(len(table), "distinct string"),
        "strings": [
            (logos.coloured(row.string.replace("N", "-")), count(row.count_))
            for row in ordered.head(_STRINGS).rename(columns={"count": "count_"}).itertuples()
        ],
    }


def _noise(table: pd.DataFrame) -> str:
    number = table.loc[table["cluster"] == _NOISE, "count"].sum() if len(table) else 0
    return f"{plural(number, 'subset')} in no cluster" if number else ""
