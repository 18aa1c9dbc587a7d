"""What is known of a trait without a network: the scan of its markers, and ridge, in one call."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.inputs.folds import Folds
from chromolens.inputs.genotypes.windows import Samples
from chromolens.markers.ridge import ridge
from chromolens.markers.scan import genomic_control, null_lods, scan, threshold


@dataclass(frozen=True)
class Scanned:
    """``MARKER_SCAN``, ``MARKER_RIDGE`` (mean over the folds) and ``SCANNED`` of one trait."""

    scan: pd.DataFrame
    ridge: pd.DataFrame
    summary: pd.DataFrame


def scan_trait(
    inputs: Samples, task: str, folds: Folds, *, permutations: int, seed: int
) -> Scanned:
    """Scan the markers for a trait; predict held-out samples by ridge, fold by fold.

    The scan takes all samples at once, as association studies do; covariates are regressed out
    of the trait on the samples that each of the two learns from.
    """
    markers, dosage = inputs.store.markers, inputs.store.array
    everyone = inputs.for_training(inputs.windows["group"].unique())
    trait = _by_store_row(everyone, task)
    found = scan(markers, dosage, trait)
    maxima = null_lods(markers, dosage, trait, permutations=permutations, seed=seed)
    fits, squares, spread = [], 0.0, 0.0
    for fold in folds.roles:
        own = _by_store_row(inputs.for_training(folds.groups(fold, "training")), task)
        roles = (folds.rows(inputs.windows, fold, role) for role in ("training", "test"))
        training, test = (inputs.rows_in_store[rows] for rows in roles)
        fit = ridge(markers, dosage, own, training, test)
        fits.append(fit.table)
        squares += ((own[fit.held_out] - fit.predictions) ** 2).sum()
        spread += ((own[fit.held_out] - own[fit.held_out].mean()) ** 2).sum()
    mean = fits[0].assign(**{c: np.mean([fit[c] for fit in fits], 0) for c in ("beta", "effect")})
    summary = {
        "task": task,
        "samples": int(np.isfinite(trait).sum()),
        "genomic_control": genomic_control(found),
        "threshold": threshold(maxima.max(axis=1).to_numpy()),
        "ridge_r2": 1 - squares / spread,
    }
    return Scanned(found, mean, pd.DataFrame([summary]))


def _by_store_row(inputs: Samples, task: str) -> np.ndarray:
    """The trait (rows of the store,) of the study's samples; NaN for others and where masked."""
    trait = np.full(inputs.store.shape[0], np.nan)
    trait[inputs.rows_in_store] = inputs.labels(np.arange(len(inputs.windows)), [task])[:, 0]
    return trait
