"""The one type that every attribution method answers with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from chromolens.errors import BadInput

HUGE = 1e15
"""Contributions so many times the target, in which they should add up, are rounding's."""


@dataclass(frozen=True)
class Result:
    """Explanation of one task for n inputs, in the units of the target.

    Attributes
    ----------
    contributions : float32 (n, length), of images (n, height, width)
        What the observed base adds; exactly 0 at an N.
    hypothetical : float32 (n, length or height, width, channels) or None
        What each base would add if it stood there; 0 at an N; None where the method has none.
    completeness_error : float32 (n,)
        values - reference_values - sum of contributions; NaN where none is promised.
    values, reference_values : float32 (n,)
        The target at the input, and its mean over the references.
    fallbacks
        Names of the layers that the method has no rule for, treated as its settings say: by
        their plain gradient or, ``NAME (gates by signal)``, by ``gates`` of ``lrp_epsilon``.
    equal_references : int (n,) or None
        How many of an input's references are the input itself (a shuffle of a homopolymer gives
        it back), and so say nothing.
    target
        What was explained: ``logit``, ..., or the name of the caller's function.
    codes : uint8 (n, length) or None
        The bases that were explained, A C G T = 0..3 and 4 unknown; None where inputs aren't
        one-hot DNA.
    """

    contributions: np.ndarray
    hypothetical: np.ndarray | None
    completeness_error: np.ndarray
    values: np.ndarray
    reference_values: np.ndarray
    fallbacks: tuple[str, ...] = ()
    equal_references: np.ndarray | None = None
    target: str = ""
    codes: np.ndarray | None = None

    def __repr__(self) -> str:
        n, *sides = self.contributions.shape
        kinds = "contributions" + ("" if self.hypothetical is None else " and hypothetical")
        size = f"length {sides[0]}" if len(sides) == 1 else f"{sides[0]} x {sides[1]} pixels"
        return f"<Result: {kinds} of {n} inputs of {size}, target {self.target!r}>"


def as_images(result: Result, sides: tuple[int, int]) -> Result:
    """``result`` of pixels in a row as one of images: (n, height, width), (..., channels)."""
    contributions, hypothetical = result.contributions, result.hypothetical
    count = len(contributions)
    if hypothetical is not None:
        hypothetical = hypothetical.reshape(count, *sides, -1)
    contributions = contributions.reshape(count, *sides)
    return replace(result, contributions=contributions, hypothetical=hypothetical)


def check_finite(result: Result, method: str, task: object, names: Sequence[str]) -> None:
    """BadInput, with the first of the inputs called ``names``, where an answer isn't finite."""
    bad = np.zeros(len(names), bool)
    for name in ("contributions", "hypothetical", "values", "reference_values"):
        array = getattr(result, name)
        if array is not None:
            # a sum is finite only if all of its numbers are: no array of bools of their size
            axes = tuple(range(1, array.ndim))
            bad |= ~np.isfinite(array.sum(axis=axes, dtype=np.float64))
    huge = np.abs(result.contributions).max(axis=1, initial=0) > HUGE * _size(result)
    if (bad | huge).any():
        first = names[int((bad | huge).argmax())]
        found = "that are not finite" if bad.any() else "beyond all measure"
        raise BadInput(
            f"{method} gives numbers {found} for task {task!r}",
            where=f"{int((bad | huge).sum())} of {len(names)} inputs, the first is {first}",
            remedy="take another method or other settings of it; if every method does so, look at "
            "the model: weights that are huge come from a failed training",
        )


def _size(result: Result) -> np.ndarray:
    """A number (n,) that contributions of a sound answer don't exceed by far."""
    return np.maximum(1.0, np.abs(np.float64(result.values)) + np.abs(result.reference_values))
