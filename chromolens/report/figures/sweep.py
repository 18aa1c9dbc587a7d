"""A sweep of the threshold: how many windows have a subset, and how large it is."""

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens.report.figures import svg
from chromolens.report.tables import count, significant

_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 190, 12, 92


def number_of_subsets(table: pd.DataFrame, label: str) -> Markup:
    """Windows with a subset at each threshold; ``table`` as ``sis.sweep`` writes it."""
    top = max(int(table["windows"].max()), 1)
    return _panel(table, "with_subset", top, label, "")


def sizes(table: pd.DataFrame, label: str) -> Markup:
    """Median size of the first subsets at each threshold, with a band between the quartiles."""
    top = max(float(np.nanmax([table["q75"].max(), 1.0])), 1.0)
    known = table[table["q25"].notna()]
    x, y = _scales(top)
    rim = [*zip(x(known["at"]), y(known["q75"]), strict=True)]
    rim += [*zip(x(known["at"]), y(known["q25"]), strict=True)][::-1]
    corners = " ".join(f"{svg.number(float(a))},{svg.number(float(b))}" for a, b in rim)
    return _panel(table, "median", top, label, svg.tag("polygon", points=corners, class_="band"))


def _scales(top: float) -> tuple[svg.Scale, svg.Scale]:
    return svg.Scale((0, 100), (_LEFT, _RIGHT)), svg.Scale((0, top), (_BOTTOM, _TOP))


def _panel(
    table: pd.DataFrame, column: str, top: float, label: str, below: Markup | str
) -> Markup:
    x, y = _scales(top)
    placed = table[table["at"].notna()]
    frame = [
        svg.line(_LEFT, _BOTTOM, _RIGHT, _BOTTOM),
        svg.line(_LEFT, _BOTTOM, _LEFT, _TOP),
        svg.text(_LEFT - 4, _BOTTOM + 4, "0", "end", "tick"),
        svg.text(_LEFT - 4, _TOP + 4, count(top), "end", "tick"),
    ]
    frame += [svg.text(float(x(at)), _BOTTOM + 14, at, "middle", "tick") for at in (0, 50, 100)]
    curve = svg.curve(x(placed["at"].to_numpy()), y(placed[column].to_numpy()), "curve validation")
    chosen = [part for row in placed[placed["chosen"] == 1].to_dict("records")
              for part in _chosen(row, column, x, y)]  # fmt: skip
    return svg.figure(_RIGHT + 14, _BOTTOM + 20, label, below, *frame, *chosen, curve)


def _chosen(row: dict, column: str, x: svg.Scale, y: svg.Scale) -> list[Markup]:
    """The study's own threshold: an upright line, and a dot on the curve."""
    place, value = float(x(row["at"])), row[column]
    line = svg.line(place, _BOTTOM, place, _TOP, "chance")
    if not np.isfinite(value):
        return [line]
    told = svg.tag("title", f"the study's threshold: {significant(value)}")
    return [line, svg.tag("circle", told, cx=place, cy=float(y(value)), r=3.0, class_="kept")]
