"""Effects of variants against predictions, over those of the nulls that they are held against."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from chromolens.report.figures import svg
from chromolens.report.tables import significant

Cloud = tuple[np.ndarray, np.ndarray, str]
"""Predictions (n,), effects (n,), and the class of the dots."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 412, 18, 228


def effects(clouds: Sequence[Cloud], units: tuple[str, str], label: str) -> Markup:
    """Dots of each cloud, the last one on top; ``units`` of predictions and of effects.

    Axes hold all dots, and that of the effects has 0 in its middle.
    """
    across = np.concatenate([x for x, _, _ in clouds])
    most = max(np.abs(y).max(initial=0) for _, y, _ in clouds) or 1.0
    x = svg.Scale((float(across.min()), float(across.max())), (_LEFT + 4, _RIGHT - 4))
    y = svg.Scale((-most, most), (_BOTTOM, _TOP))
    ends = [
        svg.text(_LEFT - 5, float(y(value)) + 4, significant(value), "end", "tick")
        for value in (-most, 0.0, most)
    ]
    ends += [
        svg.text(float(x(value)), _BOTTOM + 13, significant(value), anchor, "tick")
        for value, anchor in zip(x.data, ("start", "end"), strict=True)
    ]
    names = [
        svg.text((_LEFT + _RIGHT) / 2, _BOTTOM + 13, units[0], "middle", "tick"),
        svg.text(_LEFT, _TOP - 7, units[1], "start", "tick"),
    ]
    frame = [
        svg.line(_LEFT, _BOTTOM, _LEFT, _TOP),
        svg.line(_LEFT, float(y(0)), _RIGHT, float(y(0)), "grid"),
    ]
    dots = [svg.dots(x(own), y(their), name) for own, their, name in clouds if len(own)]
    return svg.figure(_RIGHT + 8, _BOTTOM + 20, label, *frame, *dots, *ends, *names)
