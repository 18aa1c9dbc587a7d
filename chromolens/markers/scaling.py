"""May each chromosome have a scale of its own? What it would do to the masses, in numbers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.markers.chromosomes import chromosome_shares
from chromolens.ties import TIE


@dataclass(frozen=True)
class Scaling:
    """What one scale per chromosome (the largest marker of each as high as any) would do.

    factor: the largest by which a chromosome's masses would grow, that of ``chrom``. silent:
    chromosomes without any mass, which no factor would raise. rounding_markers, rounding_mass:
    markers whose mass is below the rounding of float32 beside the largest, as share of the
    markers and of the mass. rounding_after: their share of the mass once it is scaled.
    """

    factor: float
    chrom: str
    silent: int
    rounding_markers: float
    rounding_mass: float
    rounding_after: float


def scaling(markers: pd.DataFrame, mass: np.ndarray) -> Scaling:
    """The numbers of ``Scaling`` for mass (markers,), in the order of ``markers``."""
    shares = chromosome_shares(markers, mass)
    largest = shares["largest"].to_numpy()
    heard = largest > 0
    factors = np.where(heard, largest.max() / np.where(heard, largest, 1), 0)
    rounding = mass < TIE * largest.max()
    after = mass * np.repeat(factors, shares["markers"])
    worst = int(factors.argmax())
    return Scaling(
        factor=float(factors[worst]),
        chrom=str(shares["chrom"].iloc[worst]),
        silent=int((~heard).sum()),
        rounding_markers=float(rounding.mean()),
        rounding_mass=float(mass[rounding].sum() / mass.sum()),
        rounding_after=float(after[rounding].sum() / after.sum()),
    )
