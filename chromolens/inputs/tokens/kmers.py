"""DNA k-mers mapped back to the bases that they are made of."""

from collections.abc import Sequence

import numpy as np

GAP = "N"
"""Stands for bases between k-mers that don't touch."""


def bases_of(tokens: Sequence[str], values: np.ndarray, step: int) -> tuple[str, np.ndarray]:
    """The bases under k-mers that begin every ``step`` bases, and what each contributes.

    ``values`` (n,) are those of the tokens; a token's goes in equal parts to its bases, which add
    up what they get, so that the sum stays. float64, one number per base; NaN where no token is.
    """
    length = step * (len(tokens) - 1) + len(tokens[-1])
    letters, shares = np.full(length, GAP), np.full(length, np.nan)
    for number, (token, value) in enumerate(zip(tokens, values, strict=True)):
        covered = slice(step * number, step * number + len(token))
        letters[covered] = list(token)
        shares[covered] = np.nan_to_num(shares[covered]) + value / len(token)
    return "".join(letters), shares
