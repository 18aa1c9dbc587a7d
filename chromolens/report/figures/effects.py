"""Effects of variants over those of nulls, and the letters of two alleles above each other."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens.report.figures import logos, svg
from chromolens.report.tables import significant

Cloud = tuple[np.ndarray, np.ndarray, str]
"""Predictions (n,), effects (n,), and the class of the dots."""

_INSIDE = 0.999
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 412, 18, 228
_NAMES, _STEP, _TALL, _ROW = 70.0, 11.0, 62.0, 78.0


def effects(clouds: Sequence[Cloud], units: tuple[str, str], label: str) -> Markup:
    """Dots of each cloud, the last one on top; ``units`` of predictions and of effects.

    The axis of the effects has 0 in its middle; the few of the first cloud, the nulls, that lie
    far beyond all others stand at its edges.
    """
    across = np.concatenate([x for x, _, _ in clouds])
    (_, nulls, _), *others = clouds
    most = np.quantile(np.abs(nulls), _INSIDE) if len(nulls) else 0.0
    most = max([most, *(np.abs(y).max(initial=0) for _, y, _ in others)]) or 1.0
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
    dots = [
        svg.dots(x(own), y(np.clip(their, -most, most)), name)
        for own, their, name in clouds
        if len(own)
    ]
    return svg.figure(_RIGHT + 8, _BOTTOM + 20, label, *frame, *dots, *ends, *names)


def alleles(rows: Mapping[str, pd.DataFrame], label: str) -> Markup:
    """A row of letters for each allele: its name -> position, base and contribution.

    All rows have one scale, and positions lie below each other.
    """
    table = pd.concat(rows.values())
    first, last = table["position"].min(), table["position"].max()
    high = max(table["contribution"].max(), 0.0)
    unit = _TALL / ((high - min(table["contribution"].min(), 0.0)) or 1.0)
    axes = [_ROW * place + 6 + high * unit for place in range(len(rows))]
    end, mark = _NAMES + _STEP * (last - first + 1), _NAMES + _STEP * -first
    drawn = [svg.line(mark, 0, mark, _ROW * len(rows), "level")]
    for axis, (name, own) in zip(axes, rows.items(), strict=True):
        drawn += [
            svg.text(0, axis + 4, name, "start", "tick"),
            svg.line(_NAMES, axis, end, axis),
            logos.observed(
                "".join(own["base"]), own["contribution"].to_numpy(), _NAMES, axis, _STEP, unit
            ),
        ]
    return svg.figure(end + 4, _ROW * len(rows), label, *drawn)
