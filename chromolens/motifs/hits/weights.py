"""How much a contribution weighs beside the sequence, learned from the events of other folds.

In logits a contribution and the log-odds of a sequence add up, each with weight 1, if the network
is as sure as it should be. It may be surer or less sure, and of some motifs it knows no more than
their sequence. So where the events of a task are known, the weight of each motif is the one that
ranks its sites best against the events of all other folds. A fold's own events have no part in
its weight, and 0 leaves the sequence alone.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.genome.nearest import nearest_places
from chromolens.inputs.peaks import Names, read_peaks

WEIGHTS = (1.0, 0.5, 0.25, 0.0, 2.0, 4.0)
"""Weights that are tried; of equally good ones the first is taken."""

FEWEST = 20
"""Sites at events below which nothing can be learned: the weight is 1."""


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
) -> dict[str, float]:
    """Weight of ``contribution`` for the sites of each fold, by those of the others.

    Parameters
    ----------
    folds : (n,)
        Name of each site's fold.
    sequence, contribution : (n,)
        Log-odds in nats, and the contribution in the direction of the motif; both known.
    right : bool (n,)
        Whether the site lies at an event.
    """
    found = {}
    for fold in sorted(set(folds)):
        others = folds != fold
        if right[others].sum() < FEWEST:
            found[fold] = 1.0
            continue
        ranked = {
            weight: average_precision(
                right[others], sequence[others] + weight * contribution[others]
            )
            for weight in WEIGHTS
        }
        found[fold] = max(ranked, key=ranked.get)
    return found


def in_words(weights: Mapping[str, float]) -> str:
    """``fold0:1 fold1:0.5``, for a table; ``of_words`` reads it."""
    return " ".join(f"{fold}:{weight:g}" for fold, weight in sorted(weights.items()))


def of_words(text: str) -> dict[str, float]:
    """Fold -> weight, from ``in_words``."""
    pairs = (entry.rsplit(":", 1) for entry in text.split())
    return {fold: float(weight) for fold, weight in pairs}


def average_precision(right: np.ndarray, score: np.ndarray) -> float:
    """Mean precision of the list, best ``score`` first, down to each right one; NaN for none."""
    ranked = right[np.argsort(-score, kind="stable")]
    if not ranked.any():
        return float("nan")
    return float((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked].mean())
