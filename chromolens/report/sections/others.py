"""Subsets of misclassified windows, and of negatives from below: what misled, and why not."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.report.contents import Contents
from chromolens.report.figures import logos
from chromolens.report.tables import Table, count
from chromolens.tables.sis import OTHER_COUNTS, OTHERS

NEEDS = ("other_sis", "other_sis_counts")

SAID = {
    "false_positive": "label 0, predicted above 0: what made the network believe it",
    "false_negative": "label 1, predicted below 0: what kept it from believing it",
    "negative": "label 0, predicted below 0: why not",
}
_STRINGS = 10


def context(study: Contents) -> list[dict]:
    """A dict per model and task: a table of counts, and the most frequent strings by group."""
    return [_part(key, paths) for key, paths in study.other_sis.items()]


def _part(key: tuple[str, str], paths: Mapping[str, Path]) -> dict:
    subsets, counts = (
        tables.read(OTHERS, paths["subsets"]),
        tables.read(OTHER_COUNTS, paths["counts"]),
    )
    strings = [
        (SAID[group], strings_of(subsets[subsets["of"] == group]))
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
    caption = (
        "Windows that the network gets wrong, and negatives: how many there are and were read"
    )
    return Table(caption, header, rows, frozenset(header[1:]))


def strings_of(subsets: pd.DataFrame) -> list[tuple[object, str]]:
    """The most frequent strings, a dash where a base isn't kept, and their numbers."""
    often = subsets["string"].value_counts(sort=True).head(_STRINGS)
    return [(logos.colour(text.replace("N", "-")), count(n)) for text, n in often.items()]
