"""Draw the neighbourhood of a locus: prediction, contributions, events, genes, and a lens.

The lens leads from the bases that are shown as letters to their place in the overview.
"""

from collections.abc import Callable

import numpy as np
from markupsafe import Markup

from chromolens.report.annotation import Mark
from chromolens.report.figures import svg
from chromolens.report.loci import Locus, Overview
from chromolens.report.tables import significant

WIDTH, LEFT, RIGHT = 1040, 132, 8
"""Size of the drawing, and the margins left and right of the bases, in pixels."""

ARROWS = {"+": "→", "-": "←"}
_BARS = 460


def draw(locus: Locus, overview: Overview) -> tuple[Markup, float]:
    """The overview, and the height at which the letters below it begin."""
    length = len(overview.contributions)
    x = svg.Scale((overview.start, overview.start + length), (LEFT, WIDTH - RIGHT))
    parts, top = [], 8.0
    if overview.prediction is not None and np.isfinite(overview.prediction).any():
        parts.append(_prediction(overview.prediction, x, top))
        top += 40
    parts.append(_bars(overview, x, top))
    top += 30
    events = [mark for mark in overview.marks if mark.kind == "event"]
    genes = [mark for mark in overview.marks if mark.kind == "gene"]
    parts += [_gene(mark, x, top) for mark in genes]
    parts += [svg.text(0, top + 10, "genes", "start", "label")] if genes else []
    top += 18 if genes else 0
    parts += [_event(mark, x, top, locus.task) for mark in events]
    parts += [svg.text(0, top + 8, "events", "start", "label")] if events else []
    top += 14 if events else 0
    shade, bottom = _lens(locus, x, top)
    return svg.group([shade, *parts, _overview_ticks(x, top)]), bottom


def _prediction(values: np.ndarray, x: svg.Scale, top: float) -> Markup:
    shown = _thinned(values, np.nanmean)
    low, high = min(0.0, float(np.nanmin(shown))), max(0.0, float(np.nanmax(shown)))
    y = svg.Scale((low, high), (top + 30, top))
    place = _middles(len(values), x)
    return svg.group(
        [
            svg.line(LEFT, float(y(0)), WIDTH - RIGHT, float(y(0)), "grid"),
            svg.curve(place, y(shown), "curve prediction"),
            svg.text(0, top + 18, "prediction", "start", "label"),
            svg.text(LEFT - 10, top + 8, significant(high), "end", "tick"),
            svg.text(LEFT - 10, top + 34, significant(low), "end", "tick"),
        ]
    )


def _thinned(values: np.ndarray, summary: Callable) -> np.ndarray:
    """At most ``_BARS`` values: ``summary`` of each stretch, NaN where all of it is absent."""
    stretches = np.split(values, edges(len(values))[1:-1])
    return np.array([summary(s) if np.isfinite(s).any() else np.nan for s in stretches])


def edges(length: int) -> np.ndarray:
    """Borders of at most ``_BARS`` stretches of [0, length), evenly spread."""
    return np.linspace(0, length, min(_BARS, length) + 1).astype(int)


def _middles(length: int, x: svg.Scale) -> np.ndarray:
    """Where the stretches' middles lie, in pixels; ``x`` starts at the first base."""
    borders = edges(length)
    return x(x.data[0] + (borders[:-1] + borders[1:]) / 2)


def _extreme(values: np.ndarray) -> float:
    return values[np.nanargmax(np.abs(values))]


def _bars(overview: Overview, x: svg.Scale, top: float) -> Markup:
    shown = np.nan_to_num(_thinned(overview.contributions, _extreme))
    low, high = min(0.0, shown.min()), max(0.0, shown.max())
    y = svg.Scale((low, high), (top + 24, top))
    place = _middles(len(overview.contributions), x)
    base = svg.number(float(y(0)))
    strokes = [
        f"M{svg.number(a)} {base}V{svg.number(b)}" for a, b in zip(place, y(shown), strict=True)
    ]
    return svg.group(
        [
            svg.tag("path", d="".join(strokes), class_="bars"),
            svg.text(0, top + 15, "contribution", "start", "label"),
        ]
    )


def _clip(value: float, x: svg.Scale) -> float:
    return float(np.clip(x(value), *x.pixels))


def _gene(mark: Mark, x: svg.Scale, top: float) -> Markup:
    left, right = _clip(mark.start, x), _clip(mark.end, x)
    told = f"{mark.name} ({mark.strand}) {mark.chrom}:{mark.start + 1:,}–{mark.end:,}"
    words = f"{mark.name} {ARROWS.get(mark.strand, '')}"
    fits = right - left > 7 * len(words)
    name = svg.text((left + right) / 2, top + 9.5, words, "middle", "inside") if fits else ""
    return svg.group([svg.rect(left, top, max(right - left, 1), 12, "gene", told), name])


def event_class(name: str, task: str) -> str:
    """How an event is drawn: those of the task that is explained stand out."""
    return "event own" if name == task else "event"


def _event(mark: Mark, x: svg.Scale, top: float, task: str) -> Markup:
    place = svg.number(_clip(mark.start + 0.5, x))
    told = svg.tag("title", f"{mark.name} {mark.chrom}:{mark.start + 1:,}")
    return svg.tag(
        "path", told, d=f"M{place} {svg.number(top)}l4 7h-8Z", class_=event_class(mark.name, task)
    )


def _lens(locus: Locus, x: svg.Scale, bottom: float) -> tuple[Markup, float]:
    left, right = float(x(locus.start)), float(x(locus.end))
    box = svg.rect(left, 2, right - left, bottom - 2, "lens")
    end = bottom + 30
    sides = [
        svg.line(left, bottom, LEFT, end, "ray"),
        svg.line(right, bottom, WIDTH - RIGHT, end, "ray"),
    ]
    return svg.group([box, *sides]), end + 6


def _overview_ticks(x: svg.Scale, top: float) -> Markup:
    low, high = x.data
    places = range(-(-int(low) // 500) * 500, int(high), 500)
    return svg.group(
        svg.text(float(x(place)), top + 11, f"{place:,}", "middle", "tick faint")
        for place in places
        if LEFT + 20 < float(x(place)) < WIDTH - RIGHT - 24
    )
