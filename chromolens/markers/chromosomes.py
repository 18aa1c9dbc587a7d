"""How a network's mass lies over chromosomes, and over the places of its inputs.

The inputs of a network are the markers in their order, so a chromosome is also a place. Both views
stand here; ``overlap`` tells them apart once the chromosomes were rotated.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.markers.runs import checked, chromosome_starts

BINS = 50
"""Stretches of inputs that ``overlap`` compares."""


def chromosome_shares(markers: pd.DataFrame, mass: np.ndarray) -> pd.DataFrame:
    """Share of the mass on each chromosome beside its share of the markers.

    Parameters
    ----------
    markers
        With the columns marker, chrom, position, in the order of the network's inputs.
    mass : (markers,)
        Of ``masses``; not all 0.

    Returns
    -------
    DataFrame
        ``CHROMOSOME_SHARES``: chrom, markers, expected, mass, share, enrichment (share over
        expected), largest (mass of one marker).
    """
    starts = chromosome_starts(markers)
    mass = _some(checked(markers, mass))
    counts = np.diff([*starts.tolist(), len(mass)])
    sums = np.add.reduceat(mass, starts)
    expected, share = counts / len(mass), sums / sums.sum()
    return pd.DataFrame(
        {
            "chrom": markers["chrom"].to_numpy()[starts],
            "markers": counts,
            "expected": expected,
            "mass": sums,
            "share": share,
            "enrichment": share / expected,
            "largest": np.maximum.reduceat(mass, starts),
        }
    )


@dataclass(frozen=True)
class Concentration:
    """How unevenly a network's mass lies, in numbers that null draws have too.

    gini: over markers, 0 where all have the same mass, 1 - 1 / markers where one has all.
    gini_chromosomes: over chromosomes, each counted by its markers.
    effective_chromosomes: inverse Simpson, 1 / sum of squared shares: how many chromosomes of
    equal mass would be as uneven. effective_expected: the same of the shares of markers.
    half_mass: share of the inputs, from the first, that hold half of the mass; 0.5 where even.
    decay: slope of the logarithm (base 10) of the mass against the distance from the last
    input, in decades per 1,000 inputs; negative where mass fades away from the end. Inputs of
    mass 0 are left out of it (``zeros``).
    last_share, last_expected: of the mass on the last ``last`` inputs, and of the inputs.
    """

    gini: float
    gini_chromosomes: float
    effective_chromosomes: float
    effective_expected: float
    half_mass: float
    decay: float
    zeros: int
    last: int
    last_share: float
    last_expected: float


def concentration(markers: pd.DataFrame, mass: np.ndarray, last: int = 200) -> Concentration:
    """Everything that says in one number how mass (markers,) is spread; see ``Concentration``."""
    shares = chromosome_shares(markers, mass)
    mass = np.asarray(mass, np.float64)
    last = min(last, len(mass))
    return Concentration(
        gini=gini(mass),
        gini_chromosomes=gini(shares["enrichment"].to_numpy(), shares["expected"].to_numpy()),
        effective_chromosomes=float(1 / (shares["share"] ** 2).sum()),
        effective_expected=float(1 / (shares["expected"] ** 2).sum()),
        half_mass=half_mass(mass),
        decay=decay(mass),
        zeros=int((mass == 0).sum()),
        last=last,
        last_share=float(mass[-last:].sum() / mass.sum()),
        last_expected=last / len(mass),
    )


def gini(values: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Gini coefficient of ``values`` (n,), each standing for ``weights`` members of its value."""
    weights = np.ones(len(values)) if weights is None else weights
    order = np.argsort(values, kind="stable")
    members = np.append(0, np.cumsum(weights[order]))
    held = np.append(0, np.cumsum((values * weights)[order]))
    return float(1 - np.trapezoid(held / held[-1], members / members[-1]) * 2)


def half_mass(mass: np.ndarray) -> float:
    """Share of the inputs, from the first, at which half of the mass (inputs,) is reached.

    Within an input the mass is spread evenly, so that an even profile has 0.5.
    """
    reached = np.append(0, np.cumsum(mass)) / mass.sum()
    after = int(np.searchsorted(reached, 0.5))
    within = (0.5 - reached[after - 1]) / (reached[after] - reached[after - 1])
    return float((after - 1 + within) / len(mass))


def decay(mass: np.ndarray) -> float:
    """Slope of log10 mass (inputs,) against the distance from the end, per 1,000 inputs.

    NaN with fewer than two inputs of mass above 0.
    """
    distance = np.arange(len(mass))[::-1]
    there = mass > 0
    if there.sum() < 2:
        return np.nan
    return float(np.polyfit(distance[there] / 1000, np.log10(mass[there]), 1)[0])


def rotation(markers: pd.DataFrame, chrom: str) -> np.ndarray:
    """Order (markers,) of the inputs that puts ``chrom`` first, and those before it behind.

    Chromosomes stay whole, in their cyclic order.
    """
    starts = chromosome_starts(markers)
    names = markers["chrom"].to_numpy(str)[starts].tolist()
    if chrom not in names:
        raise BadInput(f"no chromosome {chrom!r}", expected=f"one of {', '.join(names)}")
    return np.roll(np.arange(len(markers)), -starts[names.index(chrom)])


def overlap(one: np.ndarray, other: np.ndarray, bins: int = BINS) -> float:
    """Share of the mass that two profiles (inputs,) have in common, over ``bins`` stretches.

    1: the same profile; 0: no stretch has mass in both. Profiles of a network and of the same
    network retrained on rotated chromosomes: in the order of the inputs it says whether the mass
    follows the place, in the order of the markers whether it follows the chromosome.
    """
    edges = np.linspace(0, len(one), min(bins, len(one)) + 1).astype(int)[:-1]
    if len(one) != len(other):
        raise BadInput(f"profiles of {len(one)} and {len(other)} inputs", expected="equal lengths")
    shares = [np.add.reduceat(_some(profile), edges) for profile in (one, other)]
    return float(np.minimum(*(share / share.sum() for share in shares)).sum())


def _some(mass: np.ndarray) -> np.ndarray:
    """``mass`` as float64; BadInput where there is none, or what can't be a mass."""
    mass = np.asarray(mass, np.float64)
    wrong = np.flatnonzero(~(np.isfinite(mass) & (mass >= 0)))
    if len(wrong):
        raise BadInput(
            f"a mass of {mass[wrong[0]]}",
            expected="finite numbers of at least 0",
            where=f"input {wrong[0] + 1}",
        )
    if not mass.any():
        raise BadInput(
            "every contribution is 0: there is no mass to be shared out",
            remedy="look at the network's predictions: they don't depend on its inputs",
        )
    return mass
