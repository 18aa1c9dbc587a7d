"""Aligned clusters of subsets: the members as they lie, over their motif and its match."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.motifs.ppm import core
from chromolens.report.alignment import align
from chromolens.report.figures import logos
from chromolens.report.sections.patterns import match
from chromolens.report.tables import count, plural

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


def aligned_clusters(parts: pd.DataFrame, motifs: Motifs, database: Mapping) -> list[dict]:
    """Clusters that have a name, then those without, by support; the first few of each."""
    if not len(parts) or not len(motifs.table):
        return []
    table = motifs.table[motifs.table["motif"].str.startswith("aligned_")]
    table = table.sort_values("support", ascending=False, kind="stable")
    named = table["named"].astype(bool)
    shown = pd.concat([table[named].head(_NAMED), table[~named].head(_UNNAMED)])
    return [_cluster(row, parts, motifs, database) for row in shown.itertuples()]


def _cluster(row: object, parts: pd.DataFrame, motifs: Motifs, database: Mapping) -> dict:
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
    return [(logos.coloured(line), count(plus), count(minus)) for line, plus, minus in strands]


def _lines(offsets: pd.Series, strings: pd.Series, turned: bool) -> list[str]:
    """Strings under each other, N as a dash; on the other strand if ``turned``."""
    first = offsets.min()
    end = (offsets + strings.str.len()).max() - first
    lines = [
        (" " * (offset - first) + string.replace("N", "-")).ljust(end)
        for offset, string in zip(offsets, strings, strict=True)
    ]
    return [line[::-1].translate(_OTHER) for line in lines] if turned else lines
