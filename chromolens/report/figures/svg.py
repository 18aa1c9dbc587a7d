"""The few SVG elements that the figures are made of, escaped by construction.

Coordinates are CSS pixels, y downwards. Text is drawn by the page's own fonts and colours
come from classes of ``templates/style.css``, so that figures follow light and dark.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from markupsafe import Markup, escape

_PER_PIXEL = 2  # dots


def number(value: float) -> str:
    """A coordinate with two decimals and no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def tag(name: str, *content: object, **attributes: object) -> Markup:
    """An element. ``class_`` gives ``class``, ``stroke_width`` gives ``stroke-width``."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{pairs}>{''.join(escape(part) for part in content)}</{name}>")


def _plain(value: object) -> str:
    return number(value) if isinstance(value, (float, np.floating)) else str(value)


def figure(width: float, height: float, label: str, *content: object) -> Markup:
    """A whole drawing; ``label`` is what a screen reader says."""
    size = f"0 0 {number(width)} {number(height)}"
    return tag(
        "svg",
        *content,
        viewBox=size,
        width=float(width),
        height=float(height),
        role="img",
        aria_label=label,
    )


def text(x: float, y: float, words: object, anchor: str = "start", class_: str = "") -> Markup:
    """Words with their base line at ``y``."""
    return tag("text", words, x=float(x), y=float(y), text_anchor=anchor, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str = "axis") -> Markup:
    """A straight line."""
    return tag("path", d=f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}", class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str, title: str = "") -> Markup:
    """A box, with words shown while the pointer rests on it."""
    inside = (tag("title", title),) if title else ()
    place = {"x": float(x), "y": float(y), "width": float(width), "height": float(height)}
    return tag("rect", *inside, **place, class_=class_)


def curve(x: Sequence[float], y: Sequence[float], class_: str) -> Markup:
    """A line through points; a NaN leaves a gap."""
    path, pen = [], "M"
    for left, top in zip(x, y, strict=True):
        if np.isfinite(top):
            path.append(f"{pen}{number(left)} {number(top)}")
        pen = "L" if np.isfinite(top) else "M"
    return tag("path", d="".join(path), class_=class_)


def dots(x: np.ndarray, y: np.ndarray, class_: str) -> Markup:
    """One path of all dots; those that would cover one another are drawn once."""
    cells = np.unique(np.round(np.stack([x, y], axis=1) * _PER_PIXEL), axis=0) / _PER_PIXEL
    path = "".join(f"M{number(left)} {number(top)}h0" for left, top in cells.tolist())
    return tag("path", d=path, class_=f"markers {class_}")


def group(content: Iterable[object], **attributes: object) -> Markup:
    """Elements that share attributes."""
    return tag("g", *content, **attributes)


class Scale:
    """A linear map from data to pixels: ``Scale((0, 1), (10, 110))(0.5) == 60``."""

    def __init__(self, data: tuple[float, float], pixels: tuple[float, float]):
        self.data, self.pixels = data, pixels

    def __call__(self, value: float | np.ndarray) -> float | np.ndarray:
        (low, high), (start, end) = self.data, self.pixels
        span = (high - low) or 1.0
        return start + (np.asarray(value, dtype=float) - low) / span * (end - start)
