"""The lexicon as a drawing: motifs by task and reading, a dot where it is seen, logos beside.

A dot's area is the support, of the largest of its column; the number stands beside it. Hollow
dots are null models.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from chromolens.motifs.names.agreement import TITLES
from chromolens.report.figures import logos, svg
from chromolens.report.tables import count

NAME, LOGO, CELL, ROW, HEAD = 170, 212, 58, 30, 50
"""Widths of names, logos and columns, heights of rows and of the head, in pixels."""

_RADIUS = 8.0
_LETTERS = 24


@dataclass(frozen=True)
class Column:
    """One reading of one task; ``task`` is empty for filters, which serve all of a model's."""

    model: str
    task: str
    reading: str
    null: bool


@dataclass(frozen=True)
class Row:
    """One motif: what it is called, its PPM (length, 4), its support by column, and where more
    is said of it (a link, or nothing)."""

    motif: str
    words: str
    ppm: np.ndarray
    support: Mapping[Column, int]
    link: str = ""


def draw(rows: Sequence[Row], columns: Sequence[Column]) -> Markup:
    """The whole figure."""
    left = NAME + LOGO
    width, height = left + CELL * len(columns) + 4, HEAD + ROW * len(rows) + 4
    largest = {c: max((row.support.get(c, 0) for row in rows), default=0) for c in columns}
    head = [_head(column, place, columns) for place, column in enumerate(columns)]
    parts = [_row(row, HEAD + ROW * i, columns, largest, width) for i, row in enumerate(rows)]
    label = f"{len(rows)} motifs by task and reading"
    return svg.figure(width, height, label, *head, *parts)


def _head(column: Column, place: int, columns: Sequence[Column]) -> Markup:
    """The reading, and above the first of a task's readings the task and its model."""
    x = NAME + LOGO + CELL * place
    before = columns[place - 1] if place else None
    parts = [svg.text(x + 4, HEAD - 8, TITLES[column.reading], class_="tick")]
    if before is None or (before.model, before.task) != (column.model, column.task):
        span = sum((c.model, c.task) == (column.model, column.task) for c in columns) * CELL
        model = f"null: {column.model}" if column.null and column.model else column.model
        parts += [_fitted(x + 4, HEAD - 36, column.task or "all tasks", span, "")]
        parts += [_fitted(x + 4, HEAD - 23, model, span, "tick")]
        parts += [svg.line(x, HEAD - 46, x, HEAD, "grid")]
    return svg.group(parts)


def _fitted(x: float, y: float, words: str, width: float, class_: str) -> Markup:
    most = int(width / 5.5)
    shown = words if len(words) <= most else f"{words[: most - 1]}…"
    return svg.group([svg.tag("title", words), svg.text(x, y, shown, class_=class_)])


def _row(
    row: Row, top: float, columns: Sequence[Column], largest: Mapping[Column, int], width: float
) -> Markup:
    step = min(_LETTERS / 2, (LOGO - 14) / max(len(row.ppm), 1))
    logo = logos.stack(logos.heights(row.ppm), NAME, top + ROW - 3, step, _LETTERS / 2)
    name = _fitted(0, top + 13, row.motif, NAME, "link" if row.link else "")
    parts = [
        svg.line(0, top, width, top, "grid"),
        svg.tag("a", name, href=row.link) if row.link else name,
        _fitted(0, top + 25, row.words, NAME, "tick"),
        svg.tag("g", logo, class_="logo"),
    ]
    cells = enumerate(columns)
    middle = top + ROW / 2
    parts += [_dot(row.support.get(c, 0), largest[c], c, i, middle) for i, c in cells]
    return svg.group(parts)


def _dot(support: int, largest: int, column: Column, place: int, middle: float) -> Markup:
    if not support:
        return Markup()
    x, radius = NAME + LOGO + CELL * place + 12, max(1.5, _RADIUS * (support / largest) ** 0.5)
    mark = svg.tag(
        "circle", cx=x, cy=middle, r=radius, class_="mark null" if column.null else "mark"
    )
    return mark + svg.text(x + 12, middle + 4, count(support), class_="tick")
