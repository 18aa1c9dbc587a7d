"""How figures look: the colours of the report's page, bare axes, figures that show once."""

import re
from importlib.resources import files

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from chromolens import report

_CSS = (files(report) / "templates/style.css").read_text().partition("}")[0]  # on white paper
COLOURS = dict(re.findall(r"--([\w-]+): (#\w+)", _CSS))
"""Name of a colour of the page (``A``, ``ink``, ``accent``, ...) -> its value on white paper."""

WIDE = 10.0
"""Width of a figure of places, in inches."""

SMALL, TINY = 8, 7
"""Sizes of words, in points."""


def new_figure(size: tuple[float, float]) -> Figure:
    """A figure of ``size`` inches that a notebook shows where it is a cell's value, and once.

    Pyplot doesn't keep it: hundreds of them may be made in a loop.
    """
    figure = plt.figure(figsize=size, layout="constrained")
    plt.close(figure)
    return figure


def width_of(figure: Figure | SubFigure | None, size: tuple[float, float] | None) -> float:
    """Width in inches of the figure that is given, or will be made."""
    return float(figure.bbox.width / figure.dpi) if figure else (size or (WIDE, 0))[0]


def points_of(width: float, bases: int) -> float:
    """Points that a base has in a figure of places, about: some of its width is beside them."""
    return width * 72 * 0.85 / bases


def bare(ax: Axes, *sides: str) -> None:
    """Leave only these ``sides`` of the frame, thin and grey, with small labels."""
    for side, spine in ax.spines.items():
        spine.set_visible(side in sides)
        spine.set(color=COLOURS["faint"], linewidth=0.6)
    ax.tick_params(color=COLOURS["faint"], labelcolor=COLOURS["quiet"], labelsize=TINY, width=0.6)
    ax.tick_params(bottom="bottom" in sides, labelbottom="bottom" in sides, length=2.5)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set(color=COLOURS["quiet"], fontsize=SMALL)


def titled(ax: Axes, words: str) -> None:
    """``words`` above the left end of the axes."""
    ax.set_title(words, loc="left", fontsize=SMALL, color=COLOURS["ink"])
