"""What each marker says of a trait by itself: one regression per marker, with its null.

A scan of single markers is what a network's masses are held against: it knows nothing of places,
and needs no training. Columns stream through; missing dosages become the marker's mean.
"""

import math

import numpy as np
import pandas as pd
from scipy import special, stats

from chromolens.errors import BadInput
from chromolens.inputs.genotypes.dosage import AT_ONCE, Dosage, columns, measured, scaled, spread
from chromolens.markers.runs import chromosome_starts

PERMUTATIONS = 100
"""Fewest permutations of a threshold."""


def scan(
    markers: pd.DataFrame,
    dosage: Dosage,
    trait: np.ndarray,
    rows: np.ndarray | None = None,
    *,
    at_once: int = AT_ONCE,
) -> pd.DataFrame:
    """Regress the trait on the dosage of each marker.

    Parameters
    ----------
    markers
        With the columns marker, chrom, position; in the order of the dosages' columns.
    dosage
        (samples, markers), see ``inputs.genotypes.dosage``.
    trait : (samples,)
        In the order of the dosages' rows; samples without a value (NaN) are left out.
    rows
        The samples that are looked at; all where None.

    Returns
    -------
    DataFrame
        ``MARKER_SCAN``: n samples; beta, trait units per counted allele; t of n - 2 degrees of
        freedom; p of both sides; log10_p, which is known where p is below all floats; lod = n / 2
        log10(RSS0 / RSS1). Empty where the dosage doesn't vary. RSS1 of a perfect fit is taken as
        the rounding of RSS0.
    """
    chromosome_starts(markers)
    rows = measured(trait, rows, dosage)
    n, y = len(rows), trait[rows] - trait[rows].mean()
    size = np.sqrt((y**2).mean())
    r, slopes = (np.full(len(markers), np.nan) for _ in range(2))
    for part, block in columns(dosage, rows, at_once):
        mean, deviation = spread(block)
        with np.errstate(divide="ignore", invalid="ignore"):
            r[part] = (scaled(block, mean, deviation).T @ (y / size)) / n / (deviation > 0)
            slopes[part] = r[part] * size / deviation
    rest = np.maximum(1 - r**2, n * np.finfo(float).eps)  # RSS1 / RSS0
    t = r * np.sqrt((n - 2) / rest)
    return markers[["marker", "chrom", "position"]].assign(
        n=n,
        beta=slopes,
        t=t,
        p=2 * stats.t.sf(np.abs(t), n - 2),
        log10_p=log10_p(t, n - 2),
        lod=-n / 2 * np.log10(rest),
    )


def log10_p(t: np.ndarray, freedom: int) -> np.ndarray:
    """-log10 of the p of both sides of Student's ``t`` (any shape), also below all floats.

    p is the incomplete beta function I_x(a, 1/2), a = freedom / 2, x = a / (a + t^2 / 2). Where it
    is below 1e-200, and t^2 so above 900, its logarithm is had from the series of DLMF 8.17.8 in
    powers of -2 a / t^2 (DLMF 15.8.1), whose terms fall faster than those of (2 k - 1)!! / t^2k.
    """
    a, square = freedom / 2, np.maximum(np.asarray(t, float) ** 2, 1)
    x = a / (a + square / 2)
    term = total = np.ones_like(square)
    for k in range(8):
        term = term * (k + 0.5) / (a + 1 + k) * (-2 * a / square)
        total = total + term
    with np.errstate(divide="ignore", invalid="ignore"):
        far = a * np.log(x) - 0.5 * np.log1p(-x) - np.log(a) - special.betaln(a, 0.5)
        far = (far + np.log(total)) / np.log(10)
        p = 2 * stats.t.sf(np.abs(t), freedom)
        return 0 - np.where(p > 1e-200, np.log10(p), far)  # without -0


def genomic_control(table: pd.DataFrame) -> float:
    """Median chi2 of a ``scan`` over the median of chance (0.4549); 1: as chance would have it.

    Above 1 where families, batches or many small effects lift all markers.
    """
    found = stats.chi2.isf(table["p"].dropna(), 1)
    return float(np.median(found) / stats.chi2.ppf(0.5, 1))


def null_lods(
    markers: pd.DataFrame,
    dosage: Dosage,
    trait: np.ndarray,
    rows: np.ndarray | None = None,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    at_once: int = AT_ONCE,
) -> pd.DataFrame:
    """The largest LOD of each chromosome under permuted traits.

    Samples are shuffled as wholes, so that linkage between markers stays.

    Returns
    -------
    DataFrame (permutations, chromosomes); the largest of a row is that permutation's maximum.
    """
    if permutations < PERMUTATIONS:
        raise BadInput(f"{permutations} permutations", expected=f"{PERMUTATIONS} or more")
    chroms, starts = markers["chrom"].to_numpy(), chromosome_starts(markers)
    rows = measured(trait, rows, dosage)
    n, y = len(rows), (trait[rows] - trait[rows].mean()) / trait[rows].std()
    rng = np.random.default_rng(seed)
    shuffled = np.stack([rng.permutation(y) for _ in range(permutations)], axis=1)
    best = np.zeros((len(starts), permutations))
    for part, block in columns(dosage, rows, at_once):
        r2 = (scaled(block, *spread(block)).T @ shuffled / n) ** 2
        of = np.searchsorted(starts, np.arange(part.start, part.stop), side="right") - 1
        np.maximum.at(best, of, r2)
    rest = np.maximum(1 - best.T, n * np.finfo(float).eps)
    return pd.DataFrame(-n / 2 * np.log10(rest), columns=chroms[starts])


def threshold(maxima: np.ndarray, level: float = 0.05) -> float:
    """What a marker must exceed so that its p among permutations' ``maxima`` is ``level`` at most.

    p = (1 + maxima that are as large or larger) / (1 + permutations).
    """
    allowed = math.floor(level * (len(maxima) + 1) + 1e-9)
    if allowed < 1:
        raise BadInput(
            f"{len(maxima)} permutations can't show p = {level:g}",
            expected=f"{math.ceil(1 / level) - 1} or more",
        )
    return float(np.sort(maxima)[-allowed])
