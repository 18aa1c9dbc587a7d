"""Sequence logos as small inline SVG: four glyphs drawn once, then ``<use>`` for each letter.

A glyph fills the box from (0, -1) to (1, 0). ``<use>`` stretches it: the second number of
its ``scale`` is the letter's height in pixels, negative for a letter that hangs below the
axis (and is then upside down, as is usual for contributions).
"""

from collections.abc import Iterator

import numpy as np
from markupsafe import Markup

from chromolens.motifs.ppm import column_information, normalise
from chromolens.report.figures import svg

LETTERS = "ACGT"

GLYPHS = {
    "A": "M0 0L.37-1H.63L1 0H.78L.71-.22H.29L.22 0ZM.34-.38H.66L.5-.84Z",
    "C": "M.98-.36C.94-.12.77 0 .52 0C.2 0 .02-.2.02-.5C.02-.8.2-1 .52-1C.77-1 .94-.88.98-.64"
    "H.74C.71-.76.63-.82.52-.82C.34-.82.25-.7.25-.5C.25-.3.34-.18.52-.18C.63-.18.71-.24.74-.36Z",
    "G": "M.98-.64H.74C.71-.76.63-.82.52-.82C.34-.82.25-.7.25-.5C.25-.3.34-.18.52-.18"
    "C.62-.18.7-.21.76-.27V-.39H.53V-.55H.98V-.19C.86-.07.72 0 .52 0C.2 0 .02-.2.02-.5"
    "C.02-.8.2-1 .52-1C.77-1 .94-.88.98-.64Z",
    "T": "M.02-1H.98V-.82H.61V0H.39V-.82H.02Z",
}

THINNEST = 0.05
"""Letters lower than this many pixels can't be seen and aren't drawn."""


def glyphs() -> Markup:
    """The hidden drawing that holds the four letters; once in a page."""
    paths = [
        svg.tag("path", id=f"glyph-{base}", class_=f"base-{base}", d=outline)
        for base, outline in GLYPHS.items()
    ]
    return svg.tag(
        "svg", svg.tag("defs", *paths), width=0, height=0, class_="glyphs", aria_hidden="true"
    )


def letter(base: str, x: float, y: float, width: float, height: float) -> str:
    """One base standing on ``y``, or hanging from it where ``height`` is negative (pixels)."""
    place = f"translate({svg.number(x)} {svg.number(y)})"
    size = f"scale({svg.number(width)} {height:.3f})"
    return f'<use href="#glyph-{base}" transform="{place}{size}"/>'


def observed(
    sequence: str, values: np.ndarray, x: float, axis: float, step: float, unit: float
) -> Markup:
    """Letters of a sequence, each as high as its contribution.

    Parameters
    ----------
    sequence
        Bases; anything but A, C, G, T is left blank.
    values : (len(sequence),)
        Contributions in the target's units; NaN is left blank.
    x, axis
        Left edge, and the height of the zero line, in pixels.
    step, unit
        Pixels per base, and pixels per unit of contribution.

    Returns
    -------
    Markup
        ``<use>`` elements.
    """
    places = [
        (base, x + place * step, value * unit)
        for place, (base, value) in enumerate(zip(sequence, values, strict=True))
        if base in LETTERS and np.isfinite(value) and abs(value * unit) >= THINNEST
    ]
    return Markup("".join(letter(base, left, axis, step, tall) for base, left, tall in places))


def colour(text: str) -> Markup:
    """A line of text with its bases in their colours."""
    letters = [
        Markup('<b class="base-{0}">{0}</b>').format(base) if base in LETTERS else base
        for base in text
    ]
    return Markup("").join(letters)


def stack(matrix: np.ndarray, x: float, axis: float, step: float, unit: float) -> Markup:
    """Letters of a (length, 4) matrix: positive ones piled above the axis, negative below."""
    columns = enumerate(np.nan_to_num(np.asarray(matrix, dtype=float)) * unit)
    return Markup(
        "".join(_pile(column, x + place * step, axis, step) for place, column in columns)
    )


def _pile(column: np.ndarray, x: float, axis: float, step: float) -> str:
    return "".join(
        letter(LETTERS[index], x, axis - foot, step, height)
        for index, foot, height in piled(column, THINNEST)
    )


def piled(column: np.ndarray, thinnest: float = 0.0) -> Iterator[tuple[int, float, float]]:
    """Letters of one position (4,): which, where its foot is, how high it is, in the same unit.

    The tallest are outermost; those below the axis have negative heights, and hang from their
    foot. Letters no higher than ``thinnest`` are left out.
    """
    above = below = 0.0
    for index in np.argsort(np.abs(column), kind="stable"):
        height = float(column[index])
        if abs(height) > thinnest:
            yield int(index), above if height > 0 else below, height
            above, below = above + max(height, 0), below + min(height, 0)


def heights(ppm: np.ndarray) -> np.ndarray:
    """Letter heights of a probability matrix (length, 4): share times information, in bits."""
    return normalise(ppm) * column_information(ppm)[:, np.newaxis]


def logo(matrix: np.ndarray, label: str, *, widest: float = 320.0, height: float = 46.0) -> Markup:
    """A drawing of letter heights (length, 4), scaled so that the tallest pile fits."""
    matrix = np.asarray(matrix, dtype=float)
    step = min(13.0, widest / max(len(matrix), 1))
    above = max(np.maximum(matrix, 0).sum(axis=1).max(initial=0), 1e-12)
    below = max(-np.minimum(matrix, 0).sum(axis=1).min(initial=0), 0.0)
    unit = height / (above + below)
    width = len(matrix) * step
    axis = svg.line(0, above * unit, width, above * unit, "axis")
    return svg.figure(width, height + 1, label, axis, stack(matrix, 0, above * unit, step, unit))
