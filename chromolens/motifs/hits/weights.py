"""How a sequence and its contribution add up, learned from the events of other folds.

In logits a contribution and the log-odds of a sequence add up, each with weight 1, if the network
is as sure as it should be. It may be surer or less sure, and of some motifs it knows no more than
their sequence. So where the events of a task are known, a logistic regression on a motif's sites
of all *other* folds says how likely a site of this fold lies at an event: log-odds, which can be
compared between folds. A fold's own events have no part in its weights.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from chromolens.genome.nearest import nearest_places
from chromolens.inputs.peaks import Names, read_peaks

FEWEST = 20
"""Sites at events, and elsewhere, below which nothing can be learned."""


class Weights(NamedTuple):
    """``combined`` = intercept + sequence x log-odds (nats) + contribution x contribution."""

    intercept: float = 0.0
    sequence: float = 1.0
    contribution: float = 1.0


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
    folds: np.ndarray, sequence: np.ndarray, contribution: np.ndarray, right: np.ndarray
) -> dict[str, Weights]:
    """``Weights`` for the sites of each fold, by those of the others; ones for want of events.

    A contribution, or a sequence, that speaks against events has no weight.

    Parameters
    ----------
    folds : (n,)
        Name of each site's fold.
    sequence, contribution : (n,)
        Log-odds in nats, and the contribution in the direction of the motif; both known.
    right : bool (n,)
        Whether the site lies at an event.
    """
    both = np.stack([sequence, contribution], axis=1)
    return {str(fold): _fitted(both[folds != fold], right[folds != fold]) for fold in set(folds)}


def _fitted(both: np.ndarray, right: np.ndarray) -> Weights:
    if min(right.sum(), (~right).sum()) < FEWEST:
        return Weights()
    scale = both.std(axis=0)
    used = scale > 0
    while used.any():
        fit = LogisticRegression().fit(both[:, used] / scale[used], right)
        found = np.zeros(2)
        found[used] = fit.coef_[0] / scale[used]
        if (found >= 0).all():
            return Weights(float(fit.intercept_[0]), *map(float, found))
        used &= found > 0
    return Weights()


def in_words(weights: Mapping[str, Weights]) -> str:
    """``fold0:-2.1,1,0.5 fold1:...``, for a table; ``of_words`` reads it."""
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
