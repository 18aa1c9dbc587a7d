"""Figures of edited windows: predictions along the edits, and what chose the first of them."""

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup

from chromolens.genome.onehot import BASES
from chromolens.report.figures import svg
from chromolens.report.tables import significant

STROKES = {"up": "validation", "towards": "validation", "down": "shifted"}
"""How each direction is drawn."""
_CELL = 17.0


def curves(
    paths: Mapping[str, Sequence[np.ndarray]], bounds: tuple[float, float], edits: int, label: str
) -> Markup:
    """Prediction against the number of edits: direction -> a line for each window.

    ``bounds`` and ``edits`` are the ends of the axes, which panels share.
    """
    x, y = svg.Scale((0, max(edits, 1)), (38, 258)), svg.Scale(bounds, (134, 10))
    middle = (bounds[0] + bounds[1]) / 2
    ticks = [
        svg.text(33, float(y(value)) + 4, significant(value), "end", "tick")
        for value in (bounds[0], middle, bounds[1])
    ]
    ticks += [svg.text(float(x(value)), 148, value, "middle", "tick") for value in (0, edits)]
    frame = [svg.line(38, 134, 258, 134), svg.line(38, 134, 38, 10)]
    frame.append(svg.line(38, float(y(middle)), 258, float(y(middle)), "grid"))
    drawn = [
        svg.curve(x(np.arange(len(path))), y(path), f"curve {STROKES[direction]}")
        for direction, own in paths.items()
        for path in own
    ]
    return svg.figure(270, 152, label, *frame, *ticks, *drawn)


def heat_map(scores: np.ndarray, sequence: str, label: str) -> Markup:
    """Scores (length, 4) as boxes, a row per base; the bases that are there have a frame."""
    most = np.abs(scores).max() or 1.0
    boxes = [
        svg.text(10, 13 + _CELL * row, base, "middle", "tick") for row, base in enumerate(BASES)
    ]
    for position, base in enumerate(sequence):
        left = 20 + _CELL * position
        for row, other in enumerate(BASES):
            value = float(scores[position, row])
            box = svg.rect(
                left, _CELL * row, _CELL, _CELL, _shade(value), _told(position, other, value)
            )
            boxes.append(svg.group([box], fill_opacity=abs(value) / most))
        if base in BASES:
            boxes.append(
                svg.rect(
                    left + 0.5, _CELL * BASES.index(base) + 0.5, _CELL - 1, _CELL - 1, "there"
                )
            )
        boxes.append(svg.text(left + _CELL / 2, 4 * _CELL + 12, base, "middle", "tick"))
    return svg.figure(22 + _CELL * len(sequence), 4 * _CELL + 18, label, *boxes)


def _shade(value: float) -> str:
    return "heat up" if value > 0 else "heat down"


def _told(position: int, base: str, value: float) -> str:
    return f"position {position}, {base}: {significant(value)}"
