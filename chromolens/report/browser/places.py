"""Places to click: the report's loci, the best hits of each motif, and the clearest variants."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from chromolens import tables
from chromolens.genome.intervals import Interval
from chromolens.report.browser.features import Features
from chromolens.report.browser.signals import View
from chromolens.report.contents import Contents
from chromolens.report.sections import variants
from chromolens.report.sections.loci import in_genome
from chromolens.report.tables import significant
from chromolens.tables.variants import VARIANTS
from chromolens.variants.judge import clearest

LOCI, BEST, CLEAREST = "Example loci", "Best hits of each motif", "Clearest variants"
"""Lists of places, in the order of the page."""
HITS = 5
"""Best hits of a motif, over all attributions."""


@dataclass(frozen=True)
class Place:
    """One of them, in the list ``title``.

    ``of`` is the motif's name and id, empty if it is of none; ``note`` numbers; ``anchor`` what
    links call it, empty if there are none.
    """

    title: str
    view: View
    at: Interval
    note: str
    of: str = ""
    anchor: str = ""


def places(contents: Contents, shown: Sequence[View], found: Iterable[Features]) -> list[Place]:
    """Loci, hits and variants in turns: the first of each view and motif, then the second ones.

    The same study gives the same places. A place that is the best hit of two attributions is
    given once, of the better one.
    """
    groups = [*_loci(contents, shown), *_best_hits(found), *_variants(contents, shown)]
    longest = max(map(len, groups), default=0)
    return [group[turn] for turn in range(longest) for group in groups if turn < len(group)]


def _loci(contents: Contents, shown: Sequence[View]) -> list[list[Place]]:
    """The report's loci, of each model and task in its first method."""
    first = _first_views(shown)
    return [
        [
            Place(
                LOCI, first[key], Interval(locus.place, locus.start, locus.end), _predicted(locus)
            )
            for locus in loci
        ]  # fmt: skip
        for key, loci in in_genome(contents).items()
        if key in first
    ]


def _first_views(shown: Sequence[View]) -> dict[tuple[str, str], View]:
    return {(view.model, view.task): view for view in reversed(shown)}


def _variants(contents: Contents, shown: Sequence[View]) -> list[list[Place]]:
    """The clearest variants of each model and task that have tracks, in their first method."""
    first = _first_views(shown)
    groups = tables.read_all(VARIANTS, contents.variants).groupby(["model", "task"], sort=False)
    return [
        [
            Place(CLEAREST, first[key], variants.place_of(row), _told(row),
                  anchor=variants.anchor_of(key, row["variant"]))
            for row in clearest(own).head(variants.PLACED).to_dict("records")
        ]
        for key, own in groups
        if key in first
    ]  # fmt: skip


def _told(row: Mapping) -> str:
    change = f"{row['removed'] or '–'} > {row['added'] or '–'}"
    return f"{change}, effect {significant(row['effect'])}"


def _predicted(locus: object) -> str:
    return f"prediction of its window {significant(locus.prediction)}"


def _best_hits(found: Iterable[Features]) -> list[list[Place]]:
    """Of each motif the hits of most combined evidence, motifs in the order of the lexicon."""
    each_rows = [
        each.rows.assign(view=[each.view] * len(each.rows))
        for each in found
        if each.view is not None
    ]
    if not each_rows:
        return []
    order = ["combined", "chrom", "start", "strand"]
    hits = pd.concat(each_rows).sort_values(
        order, ascending=[False, True, True, True], kind="stable"
    )
    hits = hits.drop_duplicates(["motif", "chrom", "start", "end", "strand"])
    best = hits.groupby("motif", sort=True).head(HITS)
    return [list(map(_hit, part.itertuples())) for _, part in best.groupby("motif", sort=True)]


def _hit(row: object) -> Place:
    name = row.name if row.name == row.motif else f"{row.name} ({row.motif})"
    note = f"strand {row.strand}, q {significant(row.q)}"
    return Place(BEST, row.view, Interval(row.chrom, row.start, row.end), note, of=name)
