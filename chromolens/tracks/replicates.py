"""What the replicates of a fold, or all folds, say together."""

import numpy as np


def agreement(stack: np.ndarray) -> dict[str, np.ndarray]:
    """Mean, spread and agreement over the first axis.

    Parameters
    ----------
    stack : float (replicates, ...)

    Returns
    -------
    dict of float32 (...)
        ``contributions``: the mean, taken in float64 and rounded once. With two replicates or
        more also ``sd`` (n - 1) and ``sign``, the share of replicates whose sign (-, 0, +) is
        that of the mean. NaN stays NaN in all three.
    """
    stack = stack.astype(np.float64)
    mean = stack.mean(axis=0)
    found = {"contributions": mean.astype(np.float32)}
    if len(stack) > 1:
        share = (np.sign(stack) == np.sign(mean)).mean(axis=0)
        found["sd"] = stack.std(axis=0, ddof=1).astype(np.float32)
        found["sign"] = np.where(np.isnan(mean), np.nan, share).astype(np.float32)
    return found


def over_folds(stack: np.ndarray) -> dict[str, np.ndarray]:
    """``agreement`` of two folds or more (folds, ...), called as in ``scores.FOLD_AGREEMENT``."""
    found = agreement(stack)
    names = {"fold_mean": "contributions", "fold_sd": "sd", "fold_sign": "sign"}
    return {name: found[key] for name, key in names.items()}


def largest(stack: np.ndarray) -> np.ndarray:
    """Of each entry along the first axis the one furthest from 0, sign kept; NaN if one is."""
    place = np.abs(stack).argmax(axis=0)
    return np.take_along_axis(stack, place[None], axis=0)[0]
