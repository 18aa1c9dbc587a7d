"""How a network's mass lies over chromosomes, and over the places of its inputs.

The inputs of a network are the markers in their order, so a chromosome is also a place.
``rotation`` tells the two apart: it moves every chromosome to another place.
"""

import numpy as np
import pandas as pd

from chromolens.checks.positions import measures, shares
from chromolens.errors import BadInput
from chromolens.markers.runs import checked, chromosome_starts

LAST = 200 / 5516
"""Share of the inputs, at their end, that is looked at by itself: that of the reported network."""
_PLACES = ("gini", "half", "slope", "silent", "last_share")


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


def peaks(markers: pd.DataFrame, mass: np.ndarray) -> pd.Series:
    """How many times the mean mass of all markers the best one of each chromosome (index) has.

    What stands out in a network that found a locus: its chromosome's share hardly grows.
    """
    table = chromosome_shares(markers, mass).set_index("chrom")
    return table["largest"] / (table["mass"].sum() / table["markers"].sum())


def last_inputs(count: int) -> int:
    """How many of ``count`` inputs are the last ones (``LAST``), one or more."""
    return max(1, round(LAST * count))


def concentration(
    markers: pd.DataFrame, mass: np.ndarray, last: int | None = None
) -> dict[str, float]:
    """Everything that says in one number how mass (markers,) is spread; null draws have it too.

    Returns
    -------
    dict
        gini, half, slope, silent, last_share: over the inputs, see ``checks.positions`` (half is
        the share of the inputs, from the first, that hold half of the mass; slope is in decades
        from the last input to the first). last_expected: share of all inputs that the last ones
        are (``last`` of them; else ``LAST``). gini_chromosomes: over chromosomes, each counted by
        its markers. effective_chromosomes: inverse Simpson, 1 / sum of squared shares: so many
        chromosomes of equal mass would be as uneven; effective_expected: the same of their shares
        of the markers.
    """
    found = chromosome_shares(markers, mass)
    last = min(last or last_inputs(len(mass)), len(mass))
    places = measures(shares(mass), last, np.ones(len(mass), bool))
    return {
        **{name: float(places[name]) for name in _PLACES},
        "last_expected": last / len(mass),
        "gini_chromosomes": gini(found["enrichment"].to_numpy(), found["expected"].to_numpy()),
        "effective_chromosomes": float(1 / (found["share"] ** 2).sum()),
        "effective_expected": float(1 / (found["expected"] ** 2).sum()),
    }


def gini(values: np.ndarray, weights: np.ndarray) -> float:
    """Gini coefficient of ``values`` (n,), each standing for ``weights`` members of its value."""
    order = np.argsort(values, kind="stable")
    members = np.append(0, np.cumsum(weights[order]))
    held = np.append(0, np.cumsum((values * weights)[order]))
    return float(1 - np.trapezoid(held / held[-1], members / members[-1]) * 2)


def rotation(markers: pd.DataFrame, chrom: str) -> np.ndarray:
    """Order (markers,) of the inputs that puts ``chrom`` first, and those before it behind.

    Chromosomes stay whole, in their cyclic order.
    """
    starts = chromosome_starts(markers)
    names = markers["chrom"].to_numpy(str)[starts].tolist()
    if chrom not in names:
        raise BadInput(f"no chromosome {chrom!r}", expected=f"one of {', '.join(names)}")
    return np.roll(np.arange(len(markers)), -starts[names.index(chrom)])


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
