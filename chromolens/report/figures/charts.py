"""Small figures: training curves, dots with intervals, reliability. Ink for data only."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens.report.figures import svg
from chromolens.report.tables import count, decimal, significant

MARKS = ("dot", "square", "diamond", "triangle")
"""Marks of the models of a study, in their order; nulls are hollow dots."""


@dataclass(frozen=True)
class Point:
    """One model's value in a row of a dot plot, with its interval and single folds."""

    value: float
    low: float
    high: float
    folds: Sequence[float]
    mark: str
    title: str


def training_curves(histories: Sequence[pd.DataFrame], label: str, top: float) -> Markup:
    """Loss against epoch of one fold's trainings, on an axis from 0 to ``top``.

    The dot is the epoch whose weights were kept: the lowest validation loss.
    """
    epochs = max(len(history) for history in histories)
    x = svg.Scale((1, max(epochs, 2)), (26, 150))
    y = svg.Scale((0, top), (84, 10))
    drawn = [part for history in histories for part in _one_training(history, x, y)]
    return svg.figure(158, 104, label, _frame(x, y, epochs, top), *drawn)


def _frame(x: svg.Scale, y: svg.Scale, epochs: int, top: float) -> Markup:
    return svg.group(
        [
            svg.line(26, 84, 150, 84),
            svg.line(26, 84, 26, 10),
            svg.text(22, 88, "0", "end", "tick"),
            svg.text(22, 14, f"{top:.2g}" if top < 100 else count(top), "end", "tick"),
            svg.text(26, 98, "1", "middle", "tick"),
            svg.text(float(x(max(epochs, 2))), 98, epochs, "middle", "tick"),
            *_titles("epoch", "loss", 88, 98),
        ]
    )


def _titles(across: str, up: str, x: float, y: float) -> list[Markup]:
    """What the axes say: ``across`` in the middle of the lower one, ``up`` at the top."""
    return [svg.text(x, y, across, "middle", "tick"), svg.text(30, 9, up, "start", "tick")]


def _one_training(history: pd.DataFrame, x: svg.Scale, y: svg.Scale) -> list[Markup]:
    place = x(np.arange(1, len(history) + 1))
    clipped = {name: np.minimum(history[name], y.data[1]) for name in ("loss", "val_loss")}
    curves = [
        svg.curve(place, y(clipped["loss"]), "curve training"),
        svg.curve(place, y(clipped["val_loss"]), "curve validation"),
    ]
    if not np.isfinite(history["val_loss"]).any():
        return curves
    best = int(np.nanargmin(history["val_loss"]))
    told = svg.tag("title", f"epoch {best + 1}: {significant(history['val_loss'].iloc[best])}")
    x_best, y_best = float(place[best]), float(y(clipped["val_loss"].iloc[best]))
    return [*curves, svg.tag("circle", told, cx=x_best, cy=y_best, r=2.6, class_="kept")]


def dot_plot(
    rows: dict[str, list[Point]], bounds: tuple[float, float], label: str, chance: dict[str, float]
) -> Markup:
    """One row per task: a mark per model with its 95 % interval, ticks for single folds.

    Parameters
    ----------
    rows
        Task -> points.
    bounds
        Ends of the axis.
    label
        For screen readers.
    chance
        Task -> value of a model that knows nothing, drawn as a short grey line.
    """
    left = 14 + 6.6 * min(max(len(name) for name in rows), 20)
    x = svg.Scale(bounds, (left, 330))
    high = 22 * len(rows) + 26
    grid = [_grid_line(tick, x, high) for tick in _ticks(bounds)]
    drawn = [
        _row(name, points, 18 + 22 * place, x, chance.get(name))
        for place, (name, points) in enumerate(rows.items())
    ]
    return svg.figure(344, high, label, *grid, *drawn)


def _ticks(bounds: tuple[float, float]) -> np.ndarray:
    """Tenths, or fifths of a long axis."""
    step = 0.1 if bounds[1] - bounds[0] < 0.75 else 0.2
    return np.arange(round(bounds[0] / step), round(bounds[1] / step) + 1) * step


def _grid_line(tick: float, x: svg.Scale, high: float) -> Markup:
    place = float(x(tick))
    words = svg.text(place, high - 4, f"{tick:.2g}", "middle", "tick")
    return svg.group([svg.line(place, 6, place, high - 16, "grid"), words])


def _row(name: str, points: list[Point], y: float, x: svg.Scale, chance: float | None) -> Markup:
    short = name if len(name) <= 20 else name[:19] + "…"
    parts = [svg.text(float(x.pixels[0]) - 8, y + 4, short, "end", "label")]
    if chance is not None:
        place = float(x(chance))
        parts.append(svg.line(place, y - 7, place, y + 7, "chance"))
    shift = 9.0 / max(len(points), 1)
    first = y - shift * (len(points) - 1) / 2
    parts += [_point(point, first + shift * place, x) for place, point in enumerate(points)]
    return svg.group(parts)


def _point(point: Point, y: float, x: svg.Scale) -> Markup:
    ticks = [svg.line(float(x(v)), y - 3, float(x(v)), y + 3, "fold") for v in point.folds]
    ends = (point.value, point.low, point.high)
    return svg.group([*ticks, mark_with_interval(point.mark, ends, point.title, y, x)])


def mark_with_interval(
    mark: str, ends: tuple[float, float, float], title: str, y: float, x: svg.Scale
) -> Markup:
    """A mark at a value and a line from its low to its high end; nothing for NaN."""
    value, *interval = ends
    if not np.isfinite(value):
        return Markup()
    whisker = svg.line(*(_ends(interval, x, y)), "whisker") if np.isfinite(interval).all() else ""
    shape = svg.tag(
        "path",
        svg.tag("title", title),
        d=_MARK[mark],
        transform=f"translate({svg.number(float(x(value)))} {svg.number(y)})",
        class_=f"mark {mark}",
    )
    return svg.group([whisker, shape])


def _ends(interval: list[float], x: svg.Scale, y: float) -> tuple[float, float, float, float]:
    return float(x(interval[0])), y, float(x(interval[1])), y


_CIRCLE = "M-3.6 0A3.6 3.6 0 1 1 3.6 0A3.6 3.6 0 1 1-3.6 0Z"
_MARK = {
    "dot": _CIRCLE,
    "null": _CIRCLE,
    "square": "M-3.2-3.2H3.2V3.2H-3.2Z",
    "diamond": "M0-4.4L4.4 0L0 4.4L-4.4 0Z",
    "triangle": "M0-4L4 3.4H-4Z",
}


def mark_sample(mark: str) -> Markup:
    """A mark for the legend."""
    shape = svg.tag("path", d=_MARK[mark], transform="translate(6 6)", class_=f"mark {mark}")
    return svg.figure(12, 12, mark, shape)


def learning_curve(table: pd.DataFrame, chance: float, label: str) -> Markup:
    """A metric against the events of a training, with 95 % intervals; both axes begin at 0.

    ``table`` has events, value, low and high; ``chance`` is what knowing nothing gives.
    """
    table = table.sort_values("events")
    most = float(table["events"].max())
    x, y = svg.Scale((0, most), (26, 150)), svg.Scale((0, 1), (110, 10))
    ticks = [svg.text(19, float(y(v)) + 4, f"{v:g}", "end", "tick") for v in (0, 1)]
    ticks += [svg.text(150, 127, count(most), "middle", "tick")]
    frame = [svg.line(26, 110, 150, 110), svg.line(26, 110, 26, 10)]
    frame += _titles("events", "AUPRC", 88, 127)
    nothing = svg.line(26, float(y(chance)), 150, float(y(chance)), "chance")
    path = svg.curve(x(table["events"]), y(table["value"]), "curve validation")
    dots = [part for row in table.to_dict("records") for part in _learned(row, x, y)]
    return svg.figure(164, 132, label, *frame, nothing, *ticks, path, *dots)


def _learned(row: dict, x: svg.Scale, y: svg.Scale) -> list[Markup]:
    place = float(x(row["events"]))
    told = f"{count(row['events'])} events: {decimal(row['value'])}"
    ends = [float(y(row[end])) for end in ("low", "high")]
    whisker = (
        [svg.line(place, ends[0], place, ends[1], "whisker")] if np.isfinite(ends).all() else []
    )
    if not np.isfinite(row["value"]):
        return whisker
    dot = svg.tag(
        "circle", svg.tag("title", told), cx=place, cy=float(y(row["value"])), r=2.4, class_="kept"
    )
    return [*whisker, dot]


def reliability(predicted: np.ndarray, observed: np.ndarray, n: np.ndarray, label: str) -> Markup:
    """Share of positives against mean predicted probability, of bins of ``n`` windows each."""
    x, y = svg.Scale((0, 1), (26, 126)), svg.Scale((0, 1), (110, 10))
    ticks = [svg.text(19, float(y(v)) + 4, f"{v:g}", "end", "tick") for v in (0, 1)]
    ticks += [svg.text(float(x(v)), 127, f"{v:g}", "middle", "tick") for v in (0, 1)]
    ideal = svg.line(26, 110, 126, 10, "grid")
    frame = [svg.line(26, 110, 126, 110), svg.line(26, 110, 26, 10)]
    frame += _titles("predicted", "share positive", 76, 127)
    path = svg.curve(x(predicted), y(observed), "curve validation")
    dots = map(_bin, x(predicted), y(observed), predicted, observed, n)
    return svg.figure(134, 132, label, *frame, ideal, *ticks, path, *dots)


def _bin(x: float, y: float, predicted: float, observed: float, n: int) -> Markup:
    told = f"{n} windows: predicted {decimal(predicted, 2)}, true {decimal(observed, 2)}"
    return svg.tag("circle", svg.tag("title", told), cx=x, cy=y, r=2.4, class_="kept")


def deletion(
    shares: np.ndarray,
    values: np.ndarray,
    chance: np.ndarray,
    bounds: tuple[float, float],
    label: str,
) -> Markup:
    """Target against the share of bases deleted, by contributions and in a random order.

    The axis of shares is that of their square roots: what matters happens early.
    """
    x, y = svg.Scale((0, 1), (34, 158)), svg.Scale(bounds, (84, 10))
    place = x(np.sqrt(shares))
    ticks = [
        svg.text(30, float(y(v)) + 4, significant(round(v, 1)), "end", "tick") for v in bounds
    ]
    marks = ((0.0, "0"), (0.1, "10 %"), (1.0, "100 %"))
    ticks += [
        svg.text(float(x(share**0.5)), 98, words, "middle", "tick") for share, words in marks
    ]
    frame = [svg.line(34, 84, 158, 84), svg.line(34, 84, 34, 10)]
    frame += [svg.text(110, 98, "replaced", "middle", "tick")]
    frame += [svg.text(38, 9, "prediction", "start", "tick")]
    curves = [svg.curve(place, y(chance), "curve training")]
    curves += [svg.curve(place, y(values), "curve validation")]
    return svg.figure(178, 104, label, *frame, *ticks, *curves)
