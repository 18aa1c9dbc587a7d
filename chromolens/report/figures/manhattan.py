"""A number per marker over the chromosomes, rows below one another; and chromosomes' shares.

Markers lie by their place on the chromosome, chromosomes beside one another in the order of the
network's inputs, so that a row shows both where in the genome and where in the inputs it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens.report.figures import svg
from chromolens.report.tables import decimal, significant

WIDTH, LEFT, RIGHT = 1040.0, 64.0, 8.0
"""Size of the drawing, and the margins beside the markers, in pixels."""

_ROW, _HEAD, _GAP, _AXIS = 120.0, 40.0, 4.0, 18.0


@dataclass(frozen=True)
class Row:
    """One Manhattan plot.

    values (markers,): at least 0, NaN where there is none. labelled: indices of markers whose
    names are written. threshold: a line across, None for none.
    """

    name: str
    unit: str
    values: np.ndarray
    labelled: Sequence[int] = ()
    threshold: float | None = None


def manhattan(markers: pd.DataFrame, rows: Sequence[Row], label: str) -> Markup:
    """Rows of dots over the same markers (marker, chrom, position), in order."""
    chroms = markers["chrom"].to_numpy(str)
    x, edges = _places(markers)
    odd = np.isin(chroms, list(edges)[1::2])
    tops = [_HEAD + place * (_HEAD + _ROW) for place in range(len(rows))]
    drawn = [_row(row, markers, x, odd, top) for row, top in zip(rows, tops, strict=True)]
    bottom = tops[-1] + _ROW
    return svg.figure(WIDTH, bottom + _AXIS, label, *drawn, *_names(edges, bottom))


def _places(markers: pd.DataFrame) -> tuple[np.ndarray, dict[str, tuple[float, float]]]:
    """x of each marker, and the ends of each chromosome, in pixels."""
    spans = markers.groupby("chrom", sort=False)["position"].agg(["min", "max"])
    lengths = (spans["max"] - spans["min"]).clip(lower=1)
    free = WIDTH - LEFT - RIGHT - _GAP * (len(spans) - 1)
    widths = free * lengths / lengths.sum()
    starts = LEFT + widths.cumsum() - widths + _GAP * np.arange(len(spans))
    own = markers["chrom"].map(starts) + (
        markers["position"] - markers["chrom"].map(spans["min"])
    ) * markers["chrom"].map(widths / lengths)
    edges = {str(name): (starts[name], starts[name] + widths[name]) for name in spans.index}
    return own.to_numpy(), edges


def _row(row: Row, markers: pd.DataFrame, x: np.ndarray, odd: np.ndarray, top: float) -> Markup:
    largest = np.nanmax(row.values, initial=0)
    high = max(largest, row.threshold or 0) or 1.0
    y = svg.Scale((0, high), (top + _ROW - 2, top + 2))
    there = np.isfinite(row.values)
    height = np.where(there, y(np.where(there, row.values, 0)), np.nan)
    dots = [svg.dots(x[there & side], height[there & side], name)
            for side, name in ((~odd, "even"), (odd, "odd"))]  # fmt: skip
    base = float(y(0))
    parts = [
        svg.text(0, top - 18, row.name, "start", "label"),
        svg.text(LEFT - 8, float(y(high)) + 4, significant(high), "end", "tick"),
        svg.text(LEFT - 8, base, "0", "end", "tick"),
        svg.text(LEFT - 8, top + _ROW / 2 + 3, row.unit, "end", "faint"),
        svg.line(LEFT, base, WIDTH - RIGHT, base),
    ]
    if row.threshold is not None:
        level = float(y(row.threshold))
        parts.append(svg.line(LEFT, level, WIDTH - RIGHT, level, "level"))
    return svg.group([*parts, *dots, *_labels(row, markers, x, height, top)])


def _labels(
    row: Row, markers: pd.DataFrame, x: np.ndarray, y: np.ndarray, top: float
) -> list[Markup]:
    """Names above the labelled markers, the largest first; those that would collide are tips."""
    parts, taken = [], []
    for index in sorted(row.labelled, key=lambda i: -row.values[i]):
        marker = markers.iloc[index]
        told = (
            f"{marker['marker']} {marker['chrom']}:{marker['position']:,}  "
            f"{significant(row.values[index])}"
        )
        place, level = float(x[index]), float(y[index])
        dot = svg.tag("circle", svg.tag("title", told), cx=place, cy=level, r=2.8, class_="kept")
        parts.append(dot)
        words = f"{marker['chrom']}:{marker['position']:,}"
        half = 2.9 * len(words)
        middle = float(np.clip(place, LEFT + half, WIDTH - RIGHT - half))
        box = (middle - half, middle + half, level - 5)
        if all(box[1] < left or box[0] > right or abs(box[2] - at) > 11
               for left, right, at in taken):  # fmt: skip
            parts.append(svg.text(middle, max(box[2], top - 4), words, "middle", "tick"))
            taken.append(box)
    return parts


def _names(edges: Mapping[str, tuple[float, float]], bottom: float) -> list[Markup]:
    """The chromosomes below their stretches, without what all names begin with (``chr``)."""
    short = [name.removeprefix("chr") for name in edges]
    parts, free = [], 0.0
    for name, (start, end) in zip(short, edges.values(), strict=True):
        middle, half = (start + end) / 2, 3.2 * len(name)
        if middle - half >= free:
            parts.append(svg.text(middle, bottom + 13, name, "middle", "tick"))
            free = middle + half + 2
    return parts


def shares(table: pd.DataFrame, bands: Mapping[str, pd.DataFrame], label: str) -> Markup:
    """Share of the mass on each chromosome, with null bands beside it.

    Parameters
    ----------
    table
        chrom, expected, share (``CHROMOSOME_SHARES``).
    bands
        What the null is called -> low, median, high by chromosome (the index), shares.
    label
        For screen readers.
    """
    count = len(table)
    step = (WIDTH - LEFT - RIGHT) / count
    high = max(
        [table["share"].max(), table["expected"].max()]
        + [band["high"].max() for band in bands.values()]
    )
    y = svg.Scale((0, high), (170, 14))
    frame = [
        svg.text(LEFT - 8, 174, "0", "end", "tick"),
        svg.text(LEFT - 8, 18, f"{decimal(100 * high, 1)} %", "end", "tick"),
        svg.line(LEFT, 170, WIDTH - RIGHT, 170),
    ]
    columns = [
        _column(row, {name: band.loc[row["chrom"]] for name, band in bands.items()},
                LEFT + place * step, step, y)
        for place, row in enumerate(table.to_dict("records"))
    ]  # fmt: skip
    return svg.figure(WIDTH, 190, label, *frame, *columns)


def _column(
    row: dict, bands: Mapping[str, pd.Series], left: float, step: float, y: svg.Scale
) -> Markup:
    """A chromosome: a box per null from low to high, the share a dot, what is expected a line."""
    width = step * 0.8 / max(len(bands), 1)
    parts = []
    for place, (name, band) in enumerate(bands.items()):
        start = left + step * 0.1 + place * width
        told = (
            f"{row['chrom']} {name}: {decimal(100 * band['median'], 1)} % "
            f"({decimal(100 * band['low'], 1)} to {decimal(100 * band['high'], 1)} %)"
        )
        top, base, middle = (float(y(band[key])) for key in ("high", "low", "median"))
        parts.append(
            svg.rect(start + 1, top, width - 2, max(base - top, 1), f"null n{place}", told)
        )
        parts.append(svg.line(start + 1, middle, start + width - 1, middle, "fold"))
    centre, level = left + step / 2, float(y(row["expected"]))
    told = f"{row['chrom']}: {decimal(100 * row['share'], 1)} % of the mass, "
    told += f"{decimal(100 * row['expected'], 1)} % of the markers"
    dot = svg.tag("circle", svg.tag("title", told), cx=centre, cy=float(y(row["share"])), r=3.4,
                  class_="kept")  # fmt: skip
    name = str(row["chrom"]).removeprefix("chr")
    expected = svg.line(left + step * 0.1, level, left + step * 0.9, level, "chance")
    return svg.group([*parts, expected, dot, svg.text(centre, 185, name, "middle", "tick")])
