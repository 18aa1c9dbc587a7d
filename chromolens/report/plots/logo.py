"""Logos: the contributions of an input, or a motif."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from chromolens.attribution.result import Result
from chromolens.errors import BadInput, describe
from chromolens.motifs.ppm import normalise
from chromolens.report.figures.logos import heights
from chromolens.report.plots import letters
from chromolens.report.plots.style import bare, titled

_PER_LETTER, _NARROWEST, _WIDEST, _TALL = 0.16, 1.6, 14.0, 1.5  # inches
_SUMS = 0.02


def plot_logo(
    what: Result | np.ndarray,
    index: int = 0,
    *,
    start: int = 0,
    end: int | None = None,
    hypothetical: bool = False,
    title: str = "",
    unit: str = "",
    size: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw letters as high as contributions, or as the information of a motif.

    Parameters
    ----------
    what
        The answer of ``attribute``: letters of input ``index``. Or a motif, (length, 4): rows of
        frequencies, which add up to 1 (``study.motifs()["M01_CTCF"]``), are drawn as
        information, in bits; other numbers (weights, contributions) as they are.
    index
        Which input of a ``Result``.
    start, end
        Only positions ``start`` to ``end``, 0-based and half-open.
    hypothetical
        All four letters, by the hypothetical contributions of a ``Result``.
    title, unit
        What is written above, and at the y axis, in place of what is known.
    size
        Width and height in inches; by default as wide as the letters need.
    ax
        Matplotlib axes to draw in; a new figure where there are none.

    Returns
    -------
    Axes
        ``ax.figure.savefig("logo.svg")`` writes them.

    Raises
    ------
    BadInput
        ``what`` is neither; no such input or positions; an input that isn't DNA; a method
        without hypothetical contributions.
    """
    if isinstance(what, Result):
        matrix, known = _contributions(what, index, hypothetical), f"contribution ({what.target})"
    else:
        matrix, known = _motif(what)
    first, stop, _ = slice(start, end).indices(len(matrix))
    if not first < stop:
        found = f"there are no positions from {start} to {end}"
        raise BadInput(found, expected=f"0 <= start < end <= {len(matrix)}, 0-based, half-open")
    wide = min(max(0.8 + _PER_LETTER * (stop - first), _NARROWEST), _WIDEST)
    if ax is None:
        ax = plt.figure(figsize=size or (wide, _TALL), layout="constrained").subplots()
    letters.draw(ax, matrix[first:stop], first)
    ax.set(ylabel=unit or known, xlabel="position, from 0")
    if known == "bits":
        ax.set(ylim=(0, 2), yticks=(0, 1, 2))
    _number(ax, first, stop)
    bare(ax, "left", "bottom")
    titled(ax, title)
    return ax


def _number(ax: Axes, first: int, stop: int) -> None:
    """Ticks in the middle of letters, every few of them."""
    every = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9)
                 if stop - first <= 20 * step)  # fmt: skip
    places = range(-(-first // every) * every, stop, every)
    ax.set_xticks([place + 0.5 for place in places], [str(place) for place in places])


def _contributions(result: Result, index: int, hypothetical: bool) -> np.ndarray:
    """Heights (length, 4) of the letters of one input."""
    if result.codes is None:
        raise BadInput("this answer is of inputs that have no letters", expected="one-hot DNA")
    if not -len(result.codes) <= index < len(result.codes):
        raise BadInput(
            f"there is no input {index}",
            expected=f"0 to {len(result.codes) - 1}",
            where=repr(result),
        )
    if not hypothetical:
        return letters.on_letters(result.codes[index], result.contributions[index])
    if result.hypothetical is None:
        raise BadInput(
            "the method has no hypothetical contributions",
            remedy="take one that has: deeplift_rescale, integrated_gradients, ism, ...",
        )
    return result.hypothetical[index]


def _motif(given: object) -> tuple[np.ndarray, str]:
    """Heights (length, 4) of a motif, and their unit."""
    matrix = np.asarray(given, dtype=float) if isinstance(given, np.ndarray | list) else None
    if matrix is None or matrix.ndim != 2 or matrix.shape[1] != 4 or not len(matrix):
        raise BadInput(
            f"a logo of {describe(given)}",
            expected="a Result of attribute, or a motif: an array (length, 4), columns A C G T",
        )
    if not np.isfinite(matrix).all():
        raise BadInput("the motif holds numbers that are not finite")
    if (matrix >= 0).all() and np.allclose(matrix.sum(axis=1), 1, atol=_SUMS):
        return heights(normalise(matrix)), "bits"
    return matrix, "weight"
