"""Drawings of a motif's page: how distances are spread, and seqlets as coloured letters."""

import numpy as np
from markupsafe import Markup

from chromolens.genome.onehot import decode
from chromolens.report.figures import svg
from chromolens.report.figures.logos import LETTERS
from chromolens.report.tables import count

WIDTH, HEIGHT, BOTTOM = 280.0, 84.0, 16.0
BINS = 40


def spread(distances: np.ndarray, upward: np.ndarray, reach: float, label: str) -> Markup:
    """Histogram of distances within ``reach`` of 0, in 40 bins.

    ``upward``: which of them are drawn above the axis (one strand), the others below it.
    """
    edges = np.linspace(-reach, reach, BINS + 1)
    sides = [np.histogram(distances[side], edges)[0] for side in (upward, ~upward)]
    tallest = max(1, *(int(side.max()) for side in sides))
    x = svg.Scale((-reach, reach), (2.0, WIDTH - 2))
    axis, unit = HEIGHT / 2, (HEIGHT / 2 - 12) / tallest
    bars = [
        svg.tag("path", d=_outline(x(edges), axis, sign * unit * side), class_=f"spread {name}")
        for side, sign, name in zip(sides, (-1, 1), ("up", "down"), strict=True)
    ]
    words = [
        svg.text(float(x(at)), HEIGHT + 12, text, anchor, "tick")
        for at, text, anchor in (
            (-reach, f"−{count(reach)}", "start"),
            (0, "0", "middle"),
            (reach, f"+{count(reach)} bp", "end"),
        )
    ]
    lines = [svg.line(float(x(0)), 2, float(x(0)), HEIGHT - 2, "grid")]
    lines += [svg.line(2, axis, WIDTH - 2, axis)]
    top = svg.text(WIDTH - 2, 9, f"most: {count(tallest)}", "end", "faint")
    return svg.figure(WIDTH, HEIGHT + BOTTOM, label, *lines, *bars, *words, top)


def _outline(edges: np.ndarray, axis: float, heights: np.ndarray) -> str:
    """One path around all bars."""
    number = svg.number
    steps = "".join(
        f"V{number(axis + height)}H{number(right)}"
        for height, right in zip(heights, edges[1:], strict=True)
    )
    return f"M{number(edges[0])} {number(axis)}{steps}V{number(axis)}Z"


def letters(onehot: np.ndarray, contributions: np.ndarray) -> Markup:
    """A sequence (length, 4) whose letters are the darker the more they contribute (length,).

    Four shades by thirds of the largest size; letters that speak against the sum are
    underlined. A base that isn't known is a dot.
    """
    bases = decode(np.asarray(onehot, dtype="float32"))
    largest = np.abs(contributions).max(initial=0) or 1.0
    shades = np.ceil(np.abs(contributions) / largest * 3 - 0.3).clip(0, 3).astype(int)
    against = contributions * np.sign(contributions.sum()) < 0
    return Markup("").join(
        _letter(base, shade, other)
        for base, shade, other in zip(bases, shades.tolist(), against.tolist(), strict=True)
    )


def _letter(base: str, shade: int, against: bool) -> Markup | str:
    if base not in LETTERS:
        return "·"
    if shade == 0:
        return base.lower()
    return Markup(f'<b class="base-{base} s{shade}{" against" if against else ""}">{base}</b>')
