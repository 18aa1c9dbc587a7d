"""The parts that figures of places are made of, one pair of axes each; x counts bases from 0."""

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from chromolens.genome.intervals import Interval
from chromolens.report.annotation import Mark
from chromolens.report.figures.locus import ARROWS, event_class
from chromolens.report.plots.letters import limits
from chromolens.report.plots.style import COLOURS, TINY, bare
from chromolens.report.thinned import edges, extreme, thinned

LANES = {"hit": "hits", "planted": "planted", "event": "events", "gene": "genes"}
"""Kinds of marks in the order of their lanes, and what stands beside them."""

_POINTS = 1200
"""Values that are drawn at most: a figure has no more dots side by side."""

_PER_CHARACTER = 0.62
"""Width of a character over its size."""


def curve(ax: Axes, where: Interval, values: np.ndarray, label: str) -> None:
    """A line along ``values`` (length,), means of stretches where there are too many."""
    steps = _steps(where, thinned(values, np.nanmean, _POINTS))
    ax.stairs(*steps, baseline=None, color=COLOURS["ink"], linewidth=1)
    _beside(ax, where, values, label)


def area(ax: Axes, where: Interval, values: np.ndarray, label: str, colour: str) -> None:
    """``values`` (length,) filled from zero: of stretches the one that is farthest from it.

    The ground is grey where nothing is known.
    """
    shown = np.nan_to_num(thinned(values, extreme, _POINTS))
    ax.stairs(*_steps(where, shown), color=COLOURS[colour], fill=True)
    ground(ax, where, values)
    _beside(ax, where, values, label)


def ground(ax: Axes, where: Interval, values: np.ndarray) -> None:
    """Grey behind bases of which nothing is known."""
    unknown = np.isnan(thinned(values, extreme, _POINTS)).astype(float)
    style = {"transform": ax.get_xaxis_transform(), "color": COLOURS["wash"], "zorder": -1}
    ax.stairs(*_steps(where, unknown), fill=True, **style)


def _steps(where: Interval, shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values of even stretches of ``where``, equal neighbours as one, and their borders."""
    borders = where.start + edges(len(where), _POINTS)
    same = (shown[1:] == shown[:-1]) | (np.isnan(shown[1:]) & np.isnan(shown[:-1]))
    first = np.append(True, ~same)
    return shown[first], np.append(borders[:-1][first], borders[-1])


def named(ax: Axes, words: str, known: bool = True) -> None:
    """``words`` in the upper right corner, and a word in the middle where nothing is known."""
    style = {"xycoords": "axes fraction", "fontsize": TINY, "color": COLOURS["quiet"]}
    ax.annotate(words, (1, 1), ha="right", va="top", **style)
    if not known:
        ax.annotate("no window of it was explained here", (0.5, 0.5), ha="center", **style)


def scale(rows: Iterable[np.ndarray]) -> tuple[float, float]:
    """Limits of one axis for all ``rows``, zero among them."""
    known = np.concatenate([[0.0], *(row[np.isfinite(row)] for row in rows)])
    return limits(known.min(), known.max())


def _beside(ax: Axes, where: Interval, values: np.ndarray, label: str) -> None:
    ax.axhline(0, color=COLOURS["faint"], linewidth=0.5, zorder=0)
    ax.set(xlim=(where.start, where.end), ylim=scale([values]), ylabel=label)
    ax.locator_params(axis="y", nbins=3)
    bare(ax, "left")


def in_lanes(marks: Sequence[Mark], points: float) -> list[tuple[str, list[Mark]]]:
    """A lane per kind of marks, more where names would collide; a base is ``points`` wide."""
    rows = []
    for kind, name in LANES.items():
        own = sorted((m for m in marks if m.kind == kind), key=lambda mark: mark.start)
        parts = _apart(own, points)
        rows += zip([name] + [""] * len(parts), parts, strict=False)
    return rows


def lanes(
    ax: Axes, where: Interval, rows: Sequence[tuple[str, list[Mark]]], points: float, task: str
) -> None:
    """The lanes of ``in_lanes``; events of ``task`` stand out."""
    for height, (_, part) in enumerate(rows):
        for mark in part:
            _draw(ax, where, mark, -height, points, event_class(mark.name, task) == "event own")
    ax.set(xlim=(where.start, where.end), ylim=(0.5 - max(len(rows), 1), 0.6))
    ax.set_yticks(-np.arange(len(rows)), [name for name, _ in rows])
    bare(ax, "bottom")
    ax.tick_params(left=False)
    numbered(ax, where)


def _apart(marks: Sequence[Mark], points: float) -> list[list[Mark]]:
    """``marks``, in their order, in as few rows as they need to be read."""
    rows: list[list[Mark]] = []
    ends: list[float] = []
    for mark in marks:
        free = next((at for at, end in enumerate(ends) if end <= mark.start), len(rows))
        if free == len(rows):
            rows, ends = [*rows, []], [*ends, 0.0]
        rows[free].append(mark)
        ends[free] = mark.start + max(mark.end - mark.start, _length(mark) / points)
    return rows


def _length(mark: Mark) -> float:
    """Points that a mark's name needs."""
    return (len(mark.name) + 3) * TINY * _PER_CHARACTER


def _draw(ax: Axes, where: Interval, mark: Mark, y: float, points: float, own: bool) -> None:
    start, end = max(mark.start, where.start), min(mark.end, where.end)
    words = f"{mark.name} {ARROWS.get(mark.strand, '')}".strip()
    if mark.kind == "event":
        colour = COLOURS["accent" if own else "faint"]
        ax.plot(start + 0.5, y, marker="^", markersize=4, color=colour, linestyle="none")
        x, side = start + 0.5 + 4 / points, "left"
    else:
        box = {"hit": "accent-wash", "planted": "rule", "gene": "wash"}[mark.kind]
        ax.add_patch(
            Rectangle((start, y - 0.36), end - start, 0.72, color=COLOURS[box], linewidth=0)
        )
        inside = (end - start) * points >= _length(mark)
        x, side = ((start + end) / 2, "center") if inside else (start, "left")
    ax.text(
        x,
        y,
        words,
        ha=side,
        va="center_baseline",
        fontsize=TINY,
        color=COLOURS["ink"],
        clip_on=True,
    )


def numbered(ax: Axes, where: Interval) -> None:
    """The axis of places, counted from 1 as in genome browsers; ticks lie on middles of bases."""
    low, high = where.start + 1, where.end
    steps = [number * 10**power for power in range(9) for number in (1, 2, 5)]
    every = next(step for step in steps if (high - low) / step <= 8)
    places = np.arange(-(-low // every) * every, high + 1, every)
    ax.set_xticks(places - 0.5, [f"{place:,}" for place in places])
    ax.set_xlabel(f"{where.chrom}, position (from 1)")
