"""What the matches of a motif add, against how good they are: a dot for each match."""

import pandas as pd
from markupsafe import Markup

from chromolens.report.figures import svg
from chromolens.report.tables import significant


def scatter(
    matches: pd.DataFrame,
    x_ends: tuple[float, float],
    y_ends: tuple[float, float],
    least: float,
    label: str,
) -> Markup:
    """Contribution against log-odds of ``matches``; those ``among`` the counted records in colour.

    Lines are at a contribution of 0 and at log-odds of ``least``: what is missed lies in the
    corner below and to the right.
    """
    x, y = svg.Scale(x_ends, (34, 274)), svg.Scale(y_ends, (144, 8))
    ticks = [
        svg.text(30, float(y(v)) + 4, significant(round(v, 1)), "end", "tick") for v in y_ends
    ]
    ticks.append(svg.text(30, float(y(0)) + 4, "0", "end", "tick"))
    ticks += [
        svg.text(float(x(v)), 158, significant(round(v)), "middle", "tick")
        for v in (*x_ends, least)
    ]
    lines = [svg.line(34, float(y(0)), 274, float(y(0)))]
    lines.append(svg.line(float(x(least)), 144, float(x(least)), 8, "grid"))
    kinds = {"odd": matches[~matches["among"]], "own": matches[matches["among"]]}
    dots = [
        svg.dots(x(own["log_odds"]), y(own["contribution"]), name) for name, own in kinds.items()
    ]
    return svg.figure(284, 162, label, *lines, *dots, *ticks)
