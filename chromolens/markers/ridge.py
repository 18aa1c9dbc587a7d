"""All markers at once by ridge regression: what a straight line can say of held-out samples.

With more markers than samples everything is in the samples' own matrix (samples, samples), which
the columns are added up to as they stream by; there is no copy of all dosages.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score

from chromolens.errors import BadInput
from chromolens.inputs.genotypes.dosage import (
    AT_ONCE,
    Dosage,
    columns,
    known,
    measured,
    scaled,
    spread,
)
from chromolens.markers.runs import chromosome_starts

# per marker that varies: (1 - h2) / h2 of traits whose share h2 all markers explain
_PENALTIES = np.logspace(-2, 3, 11)


@dataclass(frozen=True)
class Ridge:
    """What ``ridge`` found.

    table: ``MARKER_RIDGE``. held_out: rows of the samples that were predicted, with their
    predictions (trait units). r2: on these, 1 - squared error over squared deviation from their
    mean. penalty: the chosen one, per marker that varies.
    """

    table: pd.DataFrame
    held_out: np.ndarray
    predictions: np.ndarray
    r2: float
    penalty: float


def ridge(
    markers: pd.DataFrame,
    dosage: Dosage,
    trait: np.ndarray,
    training: np.ndarray,
    held_out: np.ndarray,
    *,
    at_once: int = AT_ONCE,
) -> Ridge:
    """Fit on the training samples, predict the held-out ones.

    Parameters
    ----------
    markers
        With the columns marker, chrom, position; in the order of the dosages' columns.
    dosage
        (samples, markers), see ``inputs.genotypes.dosage``. Each marker is scaled by its mean and
        standard deviation in the training samples, so that all are penalised alike.
    trait : (samples,)
        In the order of the dosages' rows; samples without a value (NaN) are left out.
    training, held_out
        Rows. The penalty is chosen on the training samples, each left out in turn (scikit-learn's
        ``RidgeCV``).
    """
    chromosome_starts(markers)
    rows, tested = (measured(trait, chosen, dosage) for chosen in (training, held_out))
    both = np.intersect1d(rows, tested)
    if len(both):
        raise BadInput(
            f"{len(both)} samples are both training and held out",
            expected="held-out samples that training never saw",
            where=f"row {both[0]} of the dosages",
        )
    gram = np.zeros((len(rows), len(rows)))
    varying = 0
    for _, block in columns(dosage, rows, at_once):
        mean, deviation = spread(block)
        z = scaled(block, mean, deviation)
        gram += z @ z.T
        varying += int((deviation > 0).sum())
    dual, penalty = _solved(gram, trait[rows], varying)
    effects, slopes = (np.zeros(len(markers)) for _ in range(2))
    predicted = np.full(len(tested), trait[rows].mean())
    for part, block in columns(dosage, rows, at_once):
        mean, deviation = spread(block)
        effects[part] = scaled(block, mean, deviation).T @ dual
        slopes[part] = effects[part] / np.where(deviation > 0, deviation, np.inf)
        new = scaled(known(dosage[:, part][tested]), mean, deviation)
        predicted += new @ effects[part]
    table = markers[["marker", "chrom", "position"]].assign(beta=slopes, effect=effects)
    return Ridge(table, tested, predicted, float(r2_score(trait[tested], predicted)), penalty)


def _solved(gram: np.ndarray, trait: np.ndarray, varying: int) -> tuple[np.ndarray, float]:
    """Weights (samples,) whose sum of scaled dosages are the effects; and the penalty.

    ``gram`` = Z Z' = U S^2 U'. Ridge on Z is ridge on U S, turned.
    """
    squares, u = np.linalg.eigh(gram)
    real = squares > squares[-1] * len(gram) * np.finfo(float).eps
    if not real.any():
        raise BadInput("no marker varies among the training samples", expected="one or more")
    size, u = np.sqrt(squares[real]), u[:, real]
    fit = RidgeCV(alphas=_PENALTIES * varying).fit(u * size, trait)
    return (u / size) @ fit.coef_, float(fit.alpha_ / varying)
