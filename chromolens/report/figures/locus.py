"""Draw a locus: its neighbourhood above, and below it letters as high as their contributions.

Places are written as genome browsers write them, counting from 1.
"""

from collections.abc import Iterable

import numpy as np
from markupsafe import Markup

from chromolens.report.annotation import Mark
from chromolens.report.figures import logos, svg
from chromolens.report.loci import Locus, Overview
from chromolens.report.tables import decimal, significant
from chromolens.report.thinned import edges, extreme, thinned

WIDTH, LEFT, RIGHT = 1040, 132, 8
"""Size of the drawing, and the margins left and right of the bases, in pixels."""

ARROWS = {"+": "→", "-": "←"}
_BARS, _LOGO = 460, 66
_ARROW, _LETTER = 12, 6
"""Widths of an arrow and of the widest common letters in a box, in pixels."""


def draw(locus: Locus, label: str) -> Markup:
    """The whole figure."""
    parts, top = [], 6.0
    # a null is drawn on the scale of what it stands beside
    scale = _range(next(iter(locus.rows.values())))
    if locus.overview is not None:
        overview, top = _overview(locus, locus.overview)
        parts.append(overview)
    logo_top = top
    rows = [(name, row, _range(row)) for name, row in locus.rows.items()]
    rows += [(f"null: {name}", row, scale) for name, row in locus.nulls.items()]
    unit_rows = [
        _logo_row(name, row, locus, top + place * (_LOGO + 16), ends)
        for place, (name, row, ends) in enumerate(rows)
    ]
    top += len(unit_rows) * (_LOGO + 16)
    marks, top = _zoom_marks(locus, top)
    axis, end = _zoom_axis(locus, top)
    columns = _columns(locus, logo_top, top - logo_top)
    return svg.figure(WIDTH, end, label, *parts, columns, *unit_rows, marks, axis)


def _overview(locus: Locus, overview: Overview) -> tuple[Markup, float]:
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
    shown = thinned(values, np.nanmean, _BARS)
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


def _middles(length: int, x: svg.Scale) -> np.ndarray:
    """Where the stretches' middles lie, in pixels; ``x`` starts at the first base."""
    borders = edges(length, _BARS)
    return x(x.data[0] + (borders[:-1] + borders[1:]) / 2)


def _bars(overview: Overview, x: svg.Scale, top: float) -> Markup:
    shown = np.nan_to_num(thinned(overview.contributions, extreme, _BARS))
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


def _step(locus: Locus) -> float:
    return (WIDTH - LEFT - RIGHT) / len(locus.sequence)


def _range(row: np.ndarray) -> tuple[float, float]:
    """Ends of the axis that holds a row's letters, 0 among them."""
    return min(float(np.nanmin(row, initial=0)), 0.0), max(float(np.nanmax(row, initial=0)), 1e-12)


def _logo_row(
    name: str, row: np.ndarray, locus: Locus, top: float, ends: tuple[float, float]
) -> Markup:
    low, high = ends
    unit = _LOGO / (high - low)
    axis = top + high * unit
    return svg.group(
        [
            svg.text(LEFT - 10, top + 9, significant(high), "end", "tick"),
            svg.text(0, axis + 4, name if len(name) < 21 else name[:19] + "…", "start", "label"),
            svg.line(LEFT, axis, WIDTH - RIGHT, axis),
            logos.observed(locus.sequence, row, LEFT, axis, _step(locus), unit),
        ],
        class_="logo",
    )


def _columns(locus: Locus, top: float, height: float) -> Markup:
    """A transparent box per base, which tells place, base and contributions under the pointer."""
    step = _step(locus)
    boxes = [
        svg.rect(LEFT + place * step, top, step, height, "hit", _told(locus, place))
        for place in range(len(locus.sequence))
    ]
    return svg.group(boxes)


def _told(locus: Locus, place: int) -> str:
    values = [f"{name} {decimal(row[place])}" for name, row in locus.rows.items()]
    return (
        f"{locus.place}:{locus.start + place + 1:,} {locus.sequence[place]}  {'; '.join(values)}"
    )


def _zoom_marks(locus: Locus, top: float) -> tuple[Markup, float]:
    """Hits, planted instances and events under the letters."""
    step, parts = _step(locus), []
    events = [mark for mark in locus.marks if mark.kind == "event"]
    for kind, words in (("hit", "hits"), ("planted", "planted")):
        own = [mark for mark in locus.marks if mark.kind == kind]
        if own:
            parts.append(svg.text(0, top + 10, words, "start", "label"))
            parts += [_box(mark, locus, top, step) for mark in own]
            top += 16
    if events:
        parts.append(svg.text(0, top + 10, "events", "start", "label"))
        parts += _event_words(events, locus, top, step)
        top += 16
    return svg.group(parts), top


def _box(mark: Mark, locus: Locus, top: float, step: float) -> Markup:
    start, end = max(mark.start, locus.start), min(mark.end, locus.end)
    x, width = LEFT + (start - locus.start) * step, (end - start) * step
    told = f"{mark.name} {mark.strand} {mark.chrom}:{mark.start + 1:,}–{mark.end:,} {mark.more}"
    words = f"{_fitting(mark.name, width)} {ARROWS.get(mark.strand, '')}"
    return svg.group(
        [
            svg.rect(x, top, width, 13, "found" if mark.kind == "hit" else "planted", told),
            svg.text(x + width / 2, top + 10, words, "middle", "inside"),
        ]
    )


def _fitting(name: str, width: float) -> str:
    """``name``, shortened to a box of ``width`` pixels that also holds an arrow."""
    most = max(int((width - _ARROW) / _LETTER), 0)
    return name if len(name) <= most else f"{name[: most - 1]}…" if most > 1 else ""


def _event_words(events: list[Mark], locus: Locus, top: float, step: float) -> Iterable[Markup]:
    """A triangle per place with the tasks' names; names that would collide are left to the tip."""
    places: dict[int, list[str]] = {}
    for mark in sorted(events, key=_start):
        places.setdefault(mark.start, []).append(mark.name)
    free = 0.0
    for start, names in places.items():
        x = LEFT + (start - locus.start + 0.5) * step
        told = f"{', '.join(names)} {locus.place}:{start + 1:,}"
        drawn = event_class(locus.task if locus.task in names else "", locus.task)
        outline = f"M{svg.number(x)} {svg.number(top)}l4 7h-8Z"
        yield svg.tag("path", svg.tag("title", told), d=outline, class_=drawn)
        words = " ".join(dict.fromkeys(names))
        if x >= free and x + 6 * len(words) < WIDTH - RIGHT:
            yield svg.text(x + 7, top + 9, words, "start", "tick")
            free = x + 14 + 6 * len(words)


def _start(mark: Mark) -> int:
    return mark.start


def _zoom_axis(locus: Locus, top: float) -> tuple[Markup, float]:
    step = _step(locus)
    bases = svg.tag(
        "text",
        locus.sequence,
        x=LEFT + 0.2 * step,
        y=top + 9,
        textLength=float((len(locus.sequence) - 0.4) * step),
        class_="bases",
    )
    parts = [bases] if step > 5 else []
    base = top + 14
    parts.append(svg.line(LEFT, base, WIDTH - RIGHT, base))
    parts += [
        _tick(place, LEFT + (place - 0.5 - locus.start) * step, base)
        for place in range(-(-(locus.start + 1) // 20) * 20, locus.end + 1, 20)
    ]
    parts.append(svg.text(0, base + 15, locus.place[:14], "start", "tick"))
    return svg.group(parts), base + 22


def _tick(place: int, x: float, top: float) -> Markup:
    anchor = "end" if x > WIDTH - RIGHT - 24 else "middle"
    words = svg.text(x, top + 15, f"{place:,}", anchor, "tick")
    return svg.group([svg.line(x, top, x, top + 4), words])
