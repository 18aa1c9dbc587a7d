"""Figures of experiments in silico: effects with intervals, interactions by gap, calibration."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens.report.figures import charts, logos, svg
from chromolens.report.tables import significant

MARKS = {"gained": "dot", "lost": "square", "null": "null"}
"""How effects are drawn: of insertion, of ablation, of insertion into a null's backgrounds."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 250, 10, 104
_NEAR = 0.08
"""Share of an axis by which its end must be away from 0 to be told."""
_STEP, _TALL, _ROW = 13.0, 44.0, 58.0
"""Width of a letter, height of the tallest, and of a row of letters."""


class Effect(NamedTuple):
    """A mean and its 95 % interval."""

    value: float
    low: float
    high: float


def effects(rows: Mapping[str, Mapping[str, Effect]], label: str) -> Markup:
    """A row per motif, with a mark and its interval for each of ``MARKS`` that it has."""
    every = [one for row in rows.values() for one in row.values()]
    ends = [number for one in every for number in one if np.isfinite(number)]
    x = svg.Scale((min(0.0, *ends), max(0.0, *ends)), (150, 440))
    height = 20 * len(rows) + 8
    zero = float(x(0))
    parts = [svg.line(zero, 4, zero, height, "grid")]
    for place, (name, row) in enumerate(rows.items()):
        y = 16 + 20 * place
        parts.append(svg.text(140, y + 4, name if len(name) <= 20 else f"{name[:19]}…", "end"))
        parts += [_mark(kind, one, f"{name}, {kind}", y, x) for kind, one in row.items()]
    ticks = [
        svg.text(float(x(at)), height + 14, told, "middle", "tick") for at, told in _ends(x.data)
    ]
    return svg.figure(470, height + 20, label, *parts, *ticks)


def _mark(kind: str, one: Effect, told: str, y: float, x: svg.Scale) -> Markup:
    words = f"{told}: {significant(one.value)} ({significant(one.low)} to {significant(one.high)})"
    return charts.mark_with_interval(MARKS[kind], one, words, y, x)


def by_place(own: pd.DataFrame, null: pd.DataFrame, bounds: tuple, label: str) -> Markup:
    """Effect of a motif against its place, with its interval; the null's as a grey line.

    ``own`` and ``null`` have ``offset``, ``effect``, ``low`` and ``high``.
    """
    x = svg.Scale((own["offset"].min(), own["offset"].max()), (_LEFT, _RIGHT))
    y = svg.Scale(bounds, (_BOTTOM, _TOP))
    ends = [(value, f"{value:+.0f}") for value in x.data]
    return _panel(
        own, null, ("offset", "effect"), x, y, [(0, "0"), *ends], "bp from the middle", label
    )


def by_gap(
    own: pd.DataFrame, null: pd.DataFrame, band: tuple[float, float], bounds: tuple, label: str
) -> Markup:
    """Interaction of a pair against the gap, with its interval; dashed: the permutation band.

    ``own`` and ``null`` have ``gap``, ``interaction``, ``low`` and ``high``.
    """
    x = svg.Scale((0, max(int(own["gap"].max()), 1)), (_LEFT, _RIGHT))
    y = svg.Scale(bounds, (_BOTTOM, _TOP))
    levels = [svg.line(_LEFT, float(y(at)), _RIGHT, float(y(at)), "level") for at in band]
    ticks = [
        (gap, str(gap)) for gap in range(0, int(x.data[1]) + 1, 10 if x.data[1] <= 80 else 50)
    ]
    return _panel(own, null, ("gap", "interaction"), x, y, ticks, "bp between", label, levels)


def _panel(
    own: pd.DataFrame,
    null: pd.DataFrame,
    columns: tuple[str, str],
    x: svg.Scale,
    y: svg.Scale,
    ticks: Sequence[tuple[float, str]],
    title: str,
    label: str,
    beneath: Sequence[Markup] = (),
) -> Markup:
    at, value = columns
    place = x(own[at].to_numpy())
    rim = [*zip(place, y(own["high"]), strict=True)]
    rim += [*zip(place, y(own["low"]), strict=True)][::-1]
    known = [(float(a), float(b)) for a, b in rim if np.isfinite(b)]
    corners = " ".join(f"{svg.number(a)},{svg.number(b)}" for a, b in known)
    drawn = [svg.tag("polygon", points=corners, class_="band")]
    drawn += [svg.line(_LEFT, float(y(0)), _RIGHT, float(y(0)), "grid"), *beneath]
    drawn.append(svg.curve(x(null[at].to_numpy()), y(null[value].to_numpy()), "curve training"))
    drawn.append(svg.curve(place, y(own[value].to_numpy()), "curve validation"))
    words = [
        svg.text(float(x(tick)), _BOTTOM + 13, told, "middle", "tick") for tick, told in ticks
    ]
    words += [
        svg.text(_LEFT - 4, float(y(tick)) + 4, told, "end", "tick")
        for tick, told in _ends(y.data)
    ]
    words.append(svg.text(_RIGHT, _BOTTOM + 26, title, "end", "tick"))
    frame = [svg.line(_LEFT, _BOTTOM, _RIGHT, _BOTTOM), svg.line(_LEFT, _BOTTOM, _LEFT, _TOP)]
    return svg.figure(_RIGHT + 14, _BOTTOM + 30, label, *drawn, *frame, *words)


def _ends(data: tuple[float, float]) -> list[tuple[float, str]]:
    """0, and the ends of an axis that aren't beside it, in words."""
    near = _NEAR * (data[1] - data[0])
    return [(0.0, "0"), *((at, significant(at)) for at in data if abs(at) > near)]


def broken(rows: pd.DataFrame, label: str) -> Markup:
    """The letters of a motif as high as their information, and below as high as their loss.

    ``rows`` of ``SUBSTITUTED`` of one motif; each row of letters has its own scale, and losses
    have their intervals.
    """
    letters, end = "".join(rows["letter"]), _LEFT + _STEP * len(rows)
    shown = (("bits", ("information",) * 3), ("loss", ("loss", "low", "high")))
    parts = []
    for place, (named, columns) in enumerate(shown):
        values, low, high = (rows[column].to_numpy(float) for column in columns)
        top, foot = np.nanmax(high, initial=0.0), np.nanmin(low, initial=0.0)
        unit = _TALL / ((top - foot) or 1.0)
        axis = _ROW * place + 8 + top * unit
        parts += [
            svg.line(_LEFT, axis, end, axis),
            svg.text(_LEFT - 4, axis + 4, named, "end", "tick"),
            svg.text(_LEFT - 4, axis - top * unit + 8, significant(top), "end", "tick"),
            logos.observed(letters, values, _LEFT, axis, _STEP, unit),
        ]
        middles = _LEFT + _STEP * (np.arange(len(rows)) + 0.5)
        parts += [
            svg.line(x, axis - least * unit, x, axis - most * unit)
            for x, least, most in zip(middles, low, high, strict=True)
            if most > least
        ]
    return svg.figure(end + 8, 2 * _ROW, label, *parts)


def heat_map(rows: Mapping[str, np.ndarray], most: float, label: str) -> Markup:
    """Interactions (gaps,) of each arrangement as boxes, full colour at ``most``."""
    longest = max(map(len, rows.values()))
    x = svg.Scale((0, longest), (_LEFT, _RIGHT))
    wide = float(x(1) - x(0))
    parts = []
    for place, (name, values) in enumerate(rows.items()):
        parts.append(svg.text(_LEFT - 4, 11 + 13 * place, name, "end", "tick"))
        for gap, value in enumerate(values):
            shade = "heat up" if value > 0 else "heat down"
            told = f"{name}, {gap} bp: {significant(value)}"
            box = svg.rect(float(x(gap)), 1 + 13 * place, wide, 12, shade, told)
            parts.append(
                svg.group([box], fill_opacity=min(abs(float(value)) / (most or 1.0), 1.0))
            )
    return svg.figure(_RIGHT + 14, 13 * len(rows) + 4, label, *parts)


def calibration(
    contributions: np.ndarray, effects: np.ndarray, bins: pd.DataFrame, label: str
) -> Markup:
    """Effect of ablating each hit against its contribution, and means of ``bins``.

    ``bins`` has ``contribution`` and ``effect``. On the grey line a hit costs what it contributes.
    """
    every = np.concatenate([contributions, effects, [0.0]])
    ends = (float(every.min()), float(every.max()))
    x, y = svg.Scale(ends, (_LEFT, 160)), svg.Scale(ends, (130, _TOP))
    ideal = svg.line(_LEFT, 130, 160, _TOP, "grid")
    frame = [svg.line(_LEFT, 130, 160, 130), svg.line(_LEFT, 130, _LEFT, _TOP), ideal]
    words = [svg.text(_LEFT - 4, float(y(v)) + 4, significant(v), "end", "tick") for v in ends]
    words += [svg.text(float(x(v)), 143, significant(v), "middle", "tick") for v in ends]
    words += [svg.text(100, 143, "contribution", "middle", "tick")]
    words += [svg.text(_LEFT + 4, _TOP - 1, "lost by ablation", "start", "tick")]
    cloud = svg.dots(x(contributions), y(effects), "odd")
    path = svg.curve(x(bins["contribution"]), y(bins["effect"]), "curve validation")
    dots = [
        svg.tag("circle", cx=float(x(a)), cy=float(y(b)), r=2.4, class_="kept")
        for a, b in zip(bins["contribution"], bins["effect"], strict=True)
    ]
    return svg.figure(186, 150, label, *frame, cloud, path, *dots, *words)
