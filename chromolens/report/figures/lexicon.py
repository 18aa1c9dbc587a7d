"""The lexicon as a table with pictures: motifs by task and reading, a dot where one is seen.

A dot's area is the support, of the largest of its column; the number stands beside it. Hollow
dots are null models.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from chromolens.motifs.names.agreement import TITLES
from chromolens.report.figures import logos
from chromolens.report.tables import count

WIDEST, TALLEST = 200, 26
"""Size of a logo, in pixels."""

_DIAMETER = 16.0


@dataclass(frozen=True)
class Column:
    """One reading of one task; ``task`` is empty for filters, which serve all of a model's."""

    model: str
    task: str
    reading: str
    null: bool

    @property
    def head(self) -> tuple[str, str]:
        """What stands above the readings of a task: the task, and its model."""
        null = f"null: {self.model}" if self.null and self.model else self.model
        return self.task or "all tasks", null

    @property
    def before(self) -> str:
        """What narrow screens show before the reading, in place of what stands above it."""
        return "".join(f"{part} · " for part in (self.task, self.head[1]) if part)


@dataclass(frozen=True)
class Row:
    """One motif: what it is called, its PPM (length, 4), its support by column, and where more
    is said of it (a link, or nothing)."""

    motif: str
    words: str
    ppm: np.ndarray
    support: Mapping[Column, int]
    link: str = ""


def table(rows: Sequence[Row], columns: Sequence[Column]) -> dict:
    """What the macro ``lexicon`` shows: ``caption``, ``heads``, ``columns``, ``rows``."""
    largest = {c: max((row.support.get(c, 0) for row in rows), default=0) for c in columns}
    heads = [(head, len(list(own))) for head, own in groupby(columns, lambda c: c.head)]
    return {
        "caption": f"{len(rows)} motifs by task and reading",
        "heads": [{"task": task, "model": model, "span": n} for (task, model), n in heads],
        "columns": [{"reading": TITLES[c.reading], "before": c.before} for c in columns],
        "rows": [_row(row, columns, largest) for row in rows],
    }


def _row(row: Row, columns: Sequence[Column], largest: Mapping[Column, int]) -> dict:
    logo = logos.logo(
        logos.heights(row.ppm), f"Logo of {row.motif}", widest=WIDEST, height=TALLEST
    )
    cells = [_cell(row.support.get(column, 0), largest[column], column) for column in columns]
    return {
        "motif": row.motif,
        "name": row.motif.partition("_")[2],
        "words": row.words,
        "link": row.link,
        "logo": logo,
        "cells": cells,
    }


def _cell(support: int, largest: int, column: Column) -> dict | None:
    """``size``: the dot's diameter in pixels. None where the reading doesn't see the motif.

    That a null doesn't see it is worth saying: a 0, without a dot.
    """
    if not support:
        return {"support": "0", "size": "", "null": True} if column.null else None
    size = max(3.0, _DIAMETER * (support / largest) ** 0.5)
    return {"support": count(support), "size": f"{size:.1f}", "null": column.null}
