"""Checks: do contributions add up, are planted bases found, do windows leak."""

import pandas as pd

from chromolens import tables
from chromolens.inputs.windows import read_windows
from chromolens.report.contents import Contents
from chromolens.report.tables import Table, count, of_frame, significant
from chromolens.tables.checks import COMPLETENESS

NEEDS = ("windows", "completeness", "planted")


def context(study: Contents) -> dict:
    """Tables of this section, and the sentence about shared words."""
    return {
        "completeness": completeness(study),
        "tables": [
            of_frame(tables.read(*kind_and_path), caption)
            for caption, kind_and_path in study.tables.items()
        ],
        "leaks": leaks(read_windows(study.windows)),
    }


def completeness(study: Contents) -> Table | None:
    """How far target(input) - target(reference) - sum of contributions is from 0."""
    table = tables.read_all(COMPLETENESS, study.completeness)
    if not len(table):
        return None
    rows = [_row(row) for row in table.itertuples()]
    header = ["model", "method", "task", "windows", "flagged", "share flagged"]
    header += ["largest error", "median error"]
    flagged = frozenset(place for place, row in enumerate(table.itertuples()) if row.flagged > 0)
    caption = "Completeness: windows whose contributions don't add up to within tolerance"
    return Table(caption, header, rows, frozenset(header[3:]), flagged)


def _row(row: object) -> list[str]:
    share = "–" if pd.isna(row.share_flagged) else f"{100 * row.share_flagged:.2g} %"
    numbers = [count(row.windows), count(row.flagged), share]
    errors = [significant(row.max_error), significant(row.median_error)]
    return [row.model, row.method, row.task, *numbers, *errors]


def leaks(windows: pd.DataFrame) -> str:
    """What share of the windows has a word of 32 bases in common with another group's."""
    if "shared" not in windows:
        return ""
    shared = int((windows["shared"] > 0).sum())
    share = 100 * shared / max(len(windows), 1)
    return (
        f"{count(shared)} of {count(len(windows))} windows ({share:.1f} %) share an exact word of "
        "32 bases, on either strand, with a window of another group. The metrics are given with "
        "and without them."
    )
