"""Draw a locus: its neighbourhood above, and below it letters as high as their contributions.

Places are written as genome browsers write them, counting from 1.
"""

from collections.abc import Iterable

import numpy as np
from markupsafe import Markup

from chromolens.report.annotation import Mark
from chromolens.report.figures import logos, svg
from chromolens.report.figures.overview import ARROWS, LEFT, RIGHT, WIDTH, event_class
from chromolens.report.figures.overview import draw as draw_overview
from chromolens.report.loci import Locus
from chromolens.report.tables import decimal, significant

_LOGO = 66


def draw(locus: Locus, label: str) -> Markup:
    """The whole figure."""
    parts, top = [], 6.0
    if locus.overview is not None:
        overview, top = draw_overview(locus, locus.overview)
        parts.append(overview)
    logo_top = top
    unit_rows = [
        _logo_row(name, row, locus, top + place * (_LOGO + 16))
        for place, (name, row) in enumerate(locus.rows.items())
    ]
    top += len(unit_rows) * (_LOGO + 16)
    marks, top = _zoom_marks(locus, top)
    axis, end = _zoom_axis(locus, top)
    columns = _columns(locus, logo_top, top - logo_top)
    return svg.figure(WIDTH, end, label, *parts, columns, *unit_rows, marks, axis)


def _step(locus: Locus) -> float:
    return (WIDTH - LEFT - RIGHT) / len(locus.sequence)


def _logo_row(name: str, row: np.ndarray, locus: Locus, top: float) -> Markup:
    high = max(float(np.nanmax(row, initial=0)), 1e-12)
    low = min(float(np.nanmin(row, initial=0)), 0.0)
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
    """Events and planted instances under the letters."""
    step, parts = _step(locus), []
    planted = [mark for mark in locus.marks if mark.kind == "planted"]
    events = [mark for mark in locus.marks if mark.kind == "event"]
    if planted:
        parts.append(svg.text(0, top + 10, "planted", "start", "label"))
        parts += [_planted(mark, locus, top, step) for mark in planted]
        top += 16
    if events:
        parts.append(svg.text(0, top + 10, "events", "start", "label"))
        parts += _event_words(events, locus, top, step)
        top += 16
    return svg.group(parts), top


def _planted(mark: Mark, locus: Locus, top: float, step: float) -> Markup:
    start, end = max(mark.start, locus.start), min(mark.end, locus.end)
    x, width = LEFT + (start - locus.start) * step, (end - start) * step
    told = f"{mark.name} {mark.strand} {mark.chrom}:{mark.start + 1:,}–{mark.end:,}"
    words = f"{mark.name} {ARROWS.get(mark.strand, '')}"
    return svg.group(
        [
            svg.rect(x, top, width, 13, "planted", told),
            svg.text(x + width / 2, top + 10, words, "middle", "inside"),
        ]
    )


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
