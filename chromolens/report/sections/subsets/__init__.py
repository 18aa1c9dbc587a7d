"""SIS: clusters on both strands, aligned, with their motifs; and the paper's strings.

Beside them subsets of misclassified windows, and of negatives from below; what became of the
windows at other thresholds, and how two models agree: the modules of this folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens import tables
from chromolens.motifs.meme import read_meme
from chromolens.motifs.ppm import core
from chromolens.report.alignment import align
from chromolens.report.contents import Contents
from chromolens.report.figures import logos
from chromolens.report.sections.patterns import match
from chromolens.report.sections.subsets import compared, thresholds
from chromolens.report.tables import Table, count, plural, words
from chromolens.tables.sis import (
    ALIGNED,
    CLUSTERS,
    COUNTS,
    OTHER_COUNTS,
    OTHERS,
    SUBSET_MOTIFS,
    SUBSETS,
    WEIGHTS,
)

NEEDS = (
    "sis",
    "sis_counts",
    "sis_clusters",
    "sis_aligned",
    "sis_motifs",
    "sis_weights",
    "sis_meme",
    "other_sis",
    "other_sis_counts",
    # of its parts
    "sweep",
    "mask",
    "exchanged",
    "joint_clusters",
    "agreement",
)

SAID = {
    "false_positive": "label 0, predicted above 0 (false positives): bases that raise the target",
    "false_negative": "label 1, predicted below 0 (false negatives): bases that lower the target",
    "negative": "label 0, predicted below 0 (true negatives): bases that lower the target",
}

_STRINGS, _CLUSTERS = 15, 6
_NOISE = -1
_MEMBERS, _NAMED, _UNNAMED = 15, 6, 2
_OTHER = str.maketrans("ACGT", "TGCA")


@dataclass(frozen=True)
class Motifs:
    """A task's motifs: the naming table, and PPMs and weights (length, 4) by motif."""

    table: pd.DataFrame
    ppms: Mapping[str, np.ndarray]
    weights: Mapping[str, np.ndarray]

    def names(self, beginning: str) -> list[str]:
        """Names of those motifs that have one and whose identifier begins so."""
        if not len(self.table):
            return []
        ours = self.table["motif"].str.startswith(beginning) & self.table["named"].astype(bool)
        return list(self.table.loc[ours, "name"])


def context(study: Contents) -> dict:
    """A group per model and task, nulls last and marked; and the parts beside these."""
    database = {motif.id: motif for motif in study.database}
    groups = [_group(study, key, paths, database) for key, paths in study.sis.items()]
    parts = {"thresholds": thresholds.context(study), "compared": compared.context(study)}
    return {"groups": sorted(groups, key=_null), "others": others(study), **parts}


def _null(group: dict) -> bool:
    return group["null"]


def _group(study: Contents, key: tuple[str, str], paths: dict[str, Path], database: dict) -> dict:
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
        "strings": _strings(ordered.set_index("string")["count"]),
    }


def _noise(table: pd.DataFrame) -> str:
    number = table.loc[table["cluster"] == _NOISE, "count"].sum() if len(table) else 0
    return f"{plural(number, 'subset')} in no cluster" if number else ""


def aligned_clusters(parts: pd.DataFrame, motifs: Motifs, database: Mapping) -> list[dict]:
    """Clusters that have a name, then those without, by support; the first few of each."""
    if not len(parts) or not len(motifs.table):
        return []
    table = motifs.table[motifs.table["motif"].str.startswith("aligned_")]
    table = table.sort_values("support", ascending=False, kind="stable")
    named = table["named"].astype(bool)
    shown = pd.concat([table[named].head(_NAMED), table[~named].head(_UNNAMED)])
    return [_aligned_cluster(row, parts, motifs, database) for row in shown.itertuples()]


def _aligned_cluster(row: object, parts: pd.DataFrame, motifs: Motifs, database: Mapping) -> dict:
    number = int(row.motif.removeprefix("aligned_"))
    ours, ppm = parts[parts["cluster"] == number], motifs.ppms[row.motif]
    inside = core(ppm)
    words = match(row, logos.heights(ppm)[inside], ppm[inside], database)
    words |= {"name": row.motif.replace("_", " "), "seqlets": count(row.support), "sign": ""}
    weights = motifs.weights.get(row.motif, np.zeros_like(ppm))[inside]
    turned = words["turned"]
    if row.motif_id in database:
        weights = align(row, ppm[inside], database[row.motif_id].ppm, weights).query
    distinct = ours[["offset", "string"]].drop_duplicates()
    return words | {
        "weights": logos.logo(weights, "Share of the sites that keep each base", height=30),
        "members": _members(ours, turned),
        "parts": plural(len(ours), "part"),
        "distinct": plural(len(distinct), "distinct string"),
    }


def _members(parts: pd.DataFrame, turned: bool) -> list[tuple[str, str, str]]:
    """The most frequent strings as they lie, and how many there are on either strand."""
    if not len(parts):
        return []
    counts = pd.crosstab([parts["offset"], parts["string"]], parts["strand"])
    counts = counts.reindex(columns=["+", "-"], fill_value=0).assign(all=lambda t: t.sum(axis=1))
    top = counts.sort_values("all", ascending=False, kind="stable").head(_MEMBERS).reset_index()
    if turned:
        top = top.rename(columns={"+": "-", "-": "+"})
    lines = _lines(top["offset"], top["string"], turned)
    strands = zip(lines, top["+"], top["-"], strict=True)
    return [(logos.colour(line), count(plus), count(minus)) for line, plus, minus in strands]


def _lines(offsets: pd.Series, strings: pd.Series, turned: bool) -> list[str]:
    """Strings under each other, N as a dash; on the other strand if ``turned``."""
    first = offsets.min()
    end = (offsets + strings.str.len()).max() - first
    lines = [
        (" " * (offset - first) + string.replace("N", "-")).ljust(end)
        for offset, string in zip(offsets, strings, strict=True)
    ]
    return [line[::-1].translate(_OTHER) for line in lines] if turned else lines


def others(study: Contents) -> list[dict]:
    """A dict per model and task: a table of counts, and the most frequent strings by group."""
    return [_other(key, paths) for key, paths in study.other_sis.items()]


def _other(key: tuple[str, str], paths: Mapping[str, Path]) -> dict:
    subsets = tables.read(OTHERS, paths["subsets"])
    counts = tables.read(OTHER_COUNTS, paths["counts"])
    strings = [
        (SAID[group], _strings(subsets.loc[subsets["of"] == group, "string"].value_counts()))
        for group in counts["of"].unique()
    ]
    return {
        "title": f"{key[1]} · {key[0]}",
        "counts": counted(counts, subsets),
        "strings": [(said, rows) for said, rows in strings if rows],
    }


def counted(counts: pd.DataFrame, subsets: pd.DataFrame) -> Table:
    """A row per group of ``OTHER_COUNTS``, over all folds."""
    numbers = ["held_out", "windows", "nothing_to_keep", "with_subset", "subsets"]
    sums = counts.groupby("of", sort=False)[numbers].sum()
    sizes = (subsets["positions"].str.count(",") + 1).groupby(subsets["of"]).median()
    rows = [
        [SAID[group], *(count(value) for value in row), count(sizes.get(group, np.nan))]
        for group, row in zip(sums.index, sums.to_numpy(), strict=True)
    ]
    header = ["windows of", "held out", "read", "nothing to keep", "with a subset", "subsets"]
    header += ["median size"]
    caption = "Misclassified windows and negatives: how many there are, and how many were searched"
    return Table(caption, header, rows, frozenset(header[1:]))


def _strings(often: pd.Series) -> list[tuple[Markup, str]]:
    """The first of these strings, a dash where a base isn't kept, and how often they are."""
    first = often.head(_STRINGS)
    return [(logos.colour(text.replace("N", "-")), count(n)) for text, n in first.items()]
