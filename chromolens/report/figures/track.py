"""The activation of a hidden unit along a window, over the window's letters."""

import numpy as np
from markupsafe import Markup

from chromolens.report.figures import logos, svg
from chromolens.report.tables import significant

_TALL, _LETTER, _LEFT = 34.0, 9.0, 34.0


def excited(letters: str, values: np.ndarray, label: str, widest: float) -> Markup:
    """A curve of ``values`` (length,), from 0 or the smallest to the largest, above ``letters``.

    It has gaps where values are NaN, and a unit without positions has none.
    """
    step = min(10.0, (widest - _LEFT) / len(letters))
    x = _LEFT + (np.arange(len(letters)) + 0.5) * step
    below = logos.observed(
        letters, np.ones(len(letters)), _LEFT, _TALL + _LETTER + 4, step, _LETTER
    )
    width = _LEFT + len(letters) * step
    if np.isnan(values).all():
        return svg.figure(width, _TALL + _LETTER + 6, label, below)
    low, high = min(0.0, float(np.nanmin(values))), float(np.nanmax(values))
    y = svg.Scale((low, high if high > low else low + 1), (_TALL, 2))
    marks = [
        svg.line(_LEFT, float(y(0)), width, float(y(0))),
        svg.text(_LEFT - 4, 10, significant(high), "end", "tick"),
        svg.curve(x, y(values), "curve validation"),
    ]
    return svg.figure(width, _TALL + _LETTER + 6, label, *marks, below)
