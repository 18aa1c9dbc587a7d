"""Where to put the threshold of a sufficient subset.

A number stands for itself (target units). ``{"percentile": 90}``, the paper's choice, is taken of
the predictions on held-out windows, positives and negatives together. ``{"relative": 0.5}`` is
for each input by itself: half-way from its fully masked target to its own.
"""

from collections.abc import Mapping

import numpy as np

from chromolens.errors import BadInput

EXPECTED = "a number, {percentile: 0 to 100} or {relative: between 0 and 1}"


def threshold_of(spec: float | Mapping[str, float], predictions: np.ndarray) -> float:
    """The threshold of one model, in target units.

    Parameters
    ----------
    spec
        A number or ``{"percentile": p}``.
    predictions : (n,)
        Targets of held-out windows; NaN is passed over.

    Raises
    ------
    BadInput
        A spec that is neither, a percentile outside 0 to 100, or no finite prediction.
    """
    if not isinstance(spec, Mapping):
        return _number(spec)
    percentile = _only(spec, "percentile")
    known = np.asarray(predictions, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not 0 <= percentile <= 100:
        raise BadInput(f"{percentile:g} can't be the percentile", expected="0 to 100")
    if not len(known):
        raise BadInput(
            "a percentile needs held-out predictions, and there are none",
            remedy="give the threshold as a number, or predict the held-out windows first",
        )
    return float(np.percentile(known, percentile))


def fold_thresholds(
    spec: float | Mapping[str, float], predictions: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """``threshold_of`` for each fold, from that fold's own held-out predictions."""
    return {fold: threshold_of(spec, values) for fold, values in predictions.items()}


def relative_thresholds(
    spec: Mapping[str, float], values: np.ndarray, masked_values: np.ndarray
) -> np.ndarray:
    """One threshold per input (n,): ``masked + share * (value - masked)``.

    ``values`` (n,) targets of the inputs, ``masked_values`` (n,) of the fully masked inputs.
    BadInput where a value is not above its masked value: there is nothing to be sufficient for.
    """
    share = _only(spec, "relative")
    if not 0 < share <= 1:
        raise BadInput(f"{share:g} can't be the relative threshold", expected="0 < share <= 1")
    rise = np.asarray(values, np.float64) - masked_values
    if not (rise > 0).all():
        row = int(np.argmin(rise))
        raise BadInput(
            f"the target of input {row} ({values[row]:.6g}) is not above that of the fully "
            f"masked input ({masked_values[row]:.6g})",
            remedy="leave such inputs out, or give the threshold as a number",
        )
    return masked_values + share * rise


def _number(value: float) -> float:
    if isinstance(value, bool | str) or not np.isfinite(value):
        raise BadInput(f"{value!r} can't be the threshold", expected=EXPECTED)
    return float(value)


def _only(spec: Mapping[str, float], key: str) -> float:
    if list(spec) != [key]:
        raise BadInput(f"{dict(spec)!r} can't be the threshold here", expected=EXPECTED)
    return _number(spec[key])
