"""The letters of the report as matplotlib paths: one for all letters of a base."""

import re

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from chromolens.report.figures.logos import GLYPHS, LETTERS, piled
from chromolens.report.plots.style import COLOURS

_THINNEST = 1e-3
"""Letters of less than this share of an axis can't be seen and aren't drawn."""

_NUMBER = r"-?(?:\d+\.?\d*|\.\d+)"


def outline(data: str) -> Path:
    """An SVG path of absolute M, L, H, V, C and Z, turned upright: y grows upwards."""
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for command, words in re.findall(r"([MLHVCZ])([^MLHVCZ]*)", data):
        numbers = [float(number) for number in re.findall(_NUMBER, words)]
        x, y = points[-1] if points else (0.0, 0.0)
        if command == "H":
            numbers = [numbers[0], -y]
        elif command == "V":
            numbers = [x, numbers[0]]
        elif command == "Z":
            numbers = [x, -y]
        new = [(a, -b) for a, b in zip(numbers[::2], numbers[1::2], strict=True)]
        kinds = {"M": Path.MOVETO, "C": Path.CURVE4, "Z": Path.CLOSEPOLY}
        points, codes = points + new, codes + [kinds.get(command, Path.LINETO)] * len(new)
    return Path(points, codes)


_OUTLINES = {base: outline(data) for base, data in GLYPHS.items()}


def draw(ax: Axes, matrix: np.ndarray, first: float = 0.0) -> None:
    """Letters of a matrix (length, 4), piled at x = ``first``, ``first`` + 1, ...

    Those above zero stand on the axis, those below hang from it; NaN is left blank. The axes'
    limits are set to what is drawn.
    """
    matrix = np.nan_to_num(np.asarray(matrix, dtype=float))
    low, high = np.minimum(matrix, 0).sum(axis=1).min(), np.maximum(matrix, 0).sum(axis=1).max()
    boxes: dict[int, list[tuple[float, float, float]]] = {}
    for place, column in enumerate(matrix):
        for base, foot, height in piled(column, _THINNEST * (high - low)):
            boxes.setdefault(base, []).append((first + place, foot, height))
    for base, placed in sorted(boxes.items()):
        path = Path.make_compound_path(*(_box(LETTERS[base], *box) for box in placed))
        ax.add_patch(PathPatch(path, facecolor=COLOURS[LETTERS[base]], linewidth=0))
    ax.set(xlim=(first, first + len(matrix)), ylim=limits(low, high))
    ax.axhline(0, color=COLOURS["faint"], linewidth=0.6, zorder=0)


def limits(low: float, high: float) -> tuple[float, float]:
    """Limits of an axis from ``low`` <= 0 to ``high`` >= 0 with a little room; 0 to 1 of zeros."""
    room = 0.03 * (high - low)
    return (low - room if low < 0 else 0.0, high + room if high > low else 1.0)


def _box(letter: str, x: float, foot: float, height: float) -> Path:
    path = _OUTLINES[letter]
    return Path(path.vertices * [1, height] + [x, foot], path.codes)


def on_letters(codes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """A matrix (length, 4) of ``values`` (length,) at the observed bases ``codes`` (length,)."""
    rows = np.flatnonzero((codes < 4) & np.isfinite(values))
    matrix = np.zeros((len(codes), 4))
    matrix[rows, codes[rows]] = values[rows]
    return matrix
