"""Places to click: the report's loci, and the best hits of each motif."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from chromolens.genome.intervals import Interval
from chromolens.report.browser.features import Features
from chromolens.report.browser.signals import View
from chromolens.report.contents import Contents
from chromolens.report.sections.loci import in_genome
from chromolens.report.tables import significant

HITS = 5
"""Best hits of a motif, over all attributions."""


@dataclass(frozen=True)
class Place:
    """One of them. ``of`` is the motif's name and id, or empty for a locus; ``note`` numbers."""

    view: View
    at: Interval
    of: str
    note: str


def places(contents: Contents, shown: Sequence[View], found: Iterable[Features]) -> list[Place]:
    """Loci and hits in turns: the first of each view and motif, then the second ones.

    The same study gives the same places. A place that is the best hit of two attributions is
    given once, of the better one.
    """
    groups = [*_loci(contents, shown), *_best_hits(found)]
    longest = max(map(len, groups), default=0)
    return [group[turn] for turn in range(longest) for group in groups if turn < len(group)]


def _loci(contents: Contents, shown: Sequence[View]) -> list[list[Place]]:
    """The report's loci, of each model and task in its first method."""
    first = {(view.model, view.task): view for view in reversed(shown)}
    return [
        [
            Place(first[key], Interval(locus.place, locus.start, locus.end), "", _predicted(locus))
            for locus in loci
        ]
        for key, loci in in_genome(contents).items()
        if key in first
    ]


def _predicted(locus: object) -> str:
    return f"prediction of its window {significant(locus.prediction)}"


def _best_hits(found: Iterable[Features]) -> list[list[Place]]:
    """Of each motif the hits of most combined evidence, motifs in the order of the lexicon."""
    tables = [
        each.rows.assign(view=[each.view] * len(each.rows))
        for each in found
        if each.view is not None
    ]
    if not tables:
        return []
    order = ["combined", "chrom", "start", "strand"]
    hits = pd.concat(tables).sort_values(order, ascending=[False, True, True, True], kind="stable")
    hits = hits.drop_duplicates(["motif", "chrom", "start", "end", "strand"])
    best = hits.groupby("motif", sort=True).head(HITS)
    return [list(map(_hit, part.itertuples())) for _, part in best.groupby("motif", sort=True)]


def _hit(row: object) -> Place:
    name = row.name if row.name == row.motif else f"{row.name} ({row.motif})"
    note = f"strand {row.strand}, q {significant(row.q)}"
    return Place(row.view, Interval(row.chrom, row.start, row.end), name, note)
