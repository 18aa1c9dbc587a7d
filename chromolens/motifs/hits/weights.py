"""How likely a site lies at an event, learned from the events of other folds.

A match tells how well the factor could bind, contributions that the network reads the site, and
the prediction there what it makes of the whole window. Where the events of a task are known, a
logistic regression on a motif's sites of all *other* folds weighs the three; a fold's own events
have no part in its weights. Probabilities can be compared between folds.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from chromolens.genome.nearest import nearest_places
from chromolens.inputs.peaks import Names, read_peaks

FEWEST = 20
"""Sites at events, and elsewhere, below which nothing can be learned."""


READINGS = ("match", "contribution", "prediction")
"""What is known of a site: log-odds of its sequence (nats), its contribution in the direction of
the motif, and the prediction at its middle (target units)."""


class Weights(NamedTuple):
    """Log-odds that a site lies at an event: the intercept, and a weight for each reading."""

    intercept: float
    match: float
    contribution: float
    prediction: float


def read_events(
    files: str | Sequence[str], sizes: Mapping[str, int], chromosome_names: Names | None
) -> pd.DataFrame:
    """Summits of the peaks of all ``files``, each once: chrom, position."""
    files = [files] if isinstance(files, str) else files
    events = pd.concat([read_peaks(path, sizes, chromosome_names) for path in files])
    return events[["chrom", "summit"]].drop_duplicates().rename(columns={"summit": "position"})


def at_events(
    chroms: np.ndarray, middles: np.ndarray, events: pd.DataFrame, within: int
) -> np.ndarray:
    """Whether each site lies ``within`` bp of an event; ``middles`` are twice the places."""
    positions = 2 * events["position"].to_numpy(np.int64) + 1
    near = nearest_places(events["chrom"], positions, chroms, middles)
    right = near >= 0
    right[right] = np.abs(positions[near[right]] - middles[right]) <= 2 * within
    return right


def weights_by_fold(
    folds: np.ndarray, readings: np.ndarray, right: np.ndarray
) -> dict[str, Weights]:
    """``Weights`` for the sites of each fold, by those of the others; none for want of events.

    A reading that speaks against events has no weight.

    Parameters
    ----------
    folds : (n,)
        Name of each site's fold.
    readings : (n, 3)
        ``READINGS``, all known.
    right : bool (n,)
        Whether the site lies at an event.
    """
    fitted = {str(fold): _fitted(readings[folds != fold], right[folds != fold])
              for fold in np.unique(folds)}  # fmt: skip
    return {fold: weights for fold, weights in fitted.items() if weights is not None}


def _fitted(readings: np.ndarray, right: np.ndarray) -> Weights | None:
    if min(right.sum(), (~right).sum()) < FEWEST:
        return None
    scale = readings.std(axis=0)
    used = scale > 0
    while used.any():
        fit = LogisticRegression().fit(readings[:, used] / scale[used], right)
        found = np.zeros(readings.shape[1])
        found[used] = fit.coef_[0] / scale[used]
        if (found >= 0).all():
            return Weights(float(fit.intercept_[0]), *map(float, found))
        used &= found > 0
    return None


def probabilities(
    folds: np.ndarray, readings: np.ndarray, weights: Mapping[str, Weights]
) -> np.ndarray:
    """How likely each site (as in ``weights_by_fold``) lies at an event; NaN without weights."""
    log_odds = np.full(len(folds), np.nan)
    for fold, (intercept, *each) in weights.items():
        own = folds == fold
        log_odds[own] = intercept + readings[own] @ np.array(each)
    return expit(log_odds)


def in_words(weights: Mapping[str, Weights]) -> str:
    """``fold0:-2.1,1,0.5,0.8 fold1:...``, for a table; ``of_words`` reads it."""
    found = sorted(weights.items())
    return " ".join(f"{fold}:{','.join(f'{w:.6g}' for w in each)}" for fold, each in found)


def of_words(text: str) -> dict[str, Weights]:
    """Fold -> weights, from ``in_words``."""
    pairs = (entry.rsplit(":", 1) for entry in text.split())
    return {fold: Weights(*map(float, each.split(","))) for fold, each in pairs}


def average_precision(right: np.ndarray, score: np.ndarray) -> float:
    """Mean precision of the list, best ``score`` first, down to each right one; NaN for none."""
    ranked = right[np.argsort(-score, kind="stable")]
    if not ranked.any():
        return float("nan")
    return float((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked].mean())
