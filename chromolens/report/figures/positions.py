"""Profiles of positions: trained, moved, and the band of untrained networks, on decades."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from markupsafe import Markup

from chromolens.checks.positions import floor
from chromolens.report.figures import svg
from chromolens.report.tables import count

_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 420, 12, 132


def profiles(
    binned: pd.DataFrame, zone: Sequence[tuple[int, int]], length: int, label: str
) -> Markup:
    """Mass against position, relative to an even share; ``binned`` of ``checks.positions``.

    The stretches of the ``zone`` stand out behind the curves.
    """
    shown = binned.where(binned > 0)
    lowest = floor(binned)
    highest = float(np.nanmax([shown[["trained", "shifted", "untrained_high"]].max().max(), 1.0]))
    x = svg.Scale((1, max(length, 2)), (_LEFT, _RIGHT))
    y = svg.Scale((np.log10(lowest), np.log10(highest * 1.3)), (_BOTTOM, _TOP))
    place, at = x(binned["position"] + 1), np.log10(shown.clip(lower=lowest))
    behind = [
        svg.rect(
            float(x(start + 1)), _TOP, float(x(stop) - x(start + 1)) + 1, _BOTTOM - _TOP, "lens"
        )
        for start, stop in zone
    ]
    known = at["untrained_low"].notna()
    rim = [*zip(place[known], y(at["untrained_high"][known]), strict=True)]
    rim += [*zip(place[known], y(at["untrained_low"][known]), strict=True)][::-1]
    corners = " ".join(f"{svg.number(float(a))},{svg.number(float(b))}" for a, b in rim)
    curves = [svg.tag("polygon", points=corners, class_="untrained")] if rim else []
    curves.append(svg.line(_LEFT, float(y(0)), _RIGHT, float(y(0)), "grid"))
    for name in ("shifted", "trained"):
        # what lies below the axis isn't drawn on it
        seen = at[name].where(shown[name] >= lowest)
        curves.append(svg.curve(place, y(seen), f"curve {name}"))
    return svg.figure(_RIGHT + 14, _BOTTOM + 22, label, *behind, *curves, *_frame(x, y, length))


def _frame(x: svg.Scale, y: svg.Scale, length: int) -> list[Markup]:
    low, high = (int(np.ceil(y.data[0])), int(np.floor(y.data[1])))
    step = max(1, -(-(high - low) // 4))
    ticks = [
        svg.text(_LEFT - 4, float(y(power)) + 4, f"{10.0**power:g}", "end", "tick")
        for power in range(low, high + 1)
        if power % step == 0
    ]
    ends = [(1, "start"), (max(length, 2), "end")]
    ticks += [svg.text(float(x(at)), _BOTTOM + 14, count(at), how, "tick") for at, how in ends]
    axes = [svg.line(_LEFT, _BOTTOM, _RIGHT, _BOTTOM), svg.line(_LEFT, _BOTTOM, _LEFT, _TOP)]
    return [*axes, *ticks]
