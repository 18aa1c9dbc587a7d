"""The one type that every attribution method answers with."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Result:
    """Explanation of one task for n inputs, in the units of the target.

    Attributes
    ----------
    contributions : float32 (n, length)
        What the observed base adds; exactly 0 at an N.
    hypothetical : float32 (n, length, channels) or None
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
    """

    contributions: np.ndarray
    hypothetical: np.ndarray | None
    completeness_error: np.ndarray
    values: np.ndarray
    reference_values: np.ndarray
    fallbacks: tuple[str, ...] = ()
    equal_references: np.ndarray | None = None
    target: str = ""

    def __repr__(self) -> str:
        n, length = self.contributions.shape
        kinds = "contributions" + ("" if self.hypothetical is None else " and hypothetical")
        return f"<Result: {kinds} of {n} inputs of length {length}, target {self.target!r}>"
