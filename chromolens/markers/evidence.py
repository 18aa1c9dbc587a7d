"""The evidence of one network, from its masses and those it is held against."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from chromolens.checks.positions import percent, shares
from chromolens.errors import BadInput
from chromolens.markers.chromosomes import last_inputs, peaks
from chromolens.markers.nulls import band
from chromolens.markers.runs import leads
from chromolens.markers.verdicts import Evidence, called


def evidence(
    markers: pd.DataFrame,
    trained: np.ndarray,
    untrained: Sequence[np.ndarray],
    permuted: Sequence[np.ndarray],
    rotated: Sequence[tuple[np.ndarray, np.ndarray]],
    *,
    last: int | None = None,
) -> Evidence:
    """What ``verdicts.verdict`` judges, of the last inputs.

    Parameters
    ----------
    markers
        marker, chrom, position, in the order of the network's inputs.
    trained : (markers,)
        Its masses.
    untrained, permuted
        Masses (markers,) of the same network untrained, and retrained on permuted labels: ten
        draws of each or more.
    rotated
        Of each network retrained on rotated chromosomes: the order (``rotation``), and its masses
        in the order of its own inputs, ``markers[order]``.
    last
        Inputs at the end that are looked at; else ``chromosomes.LAST`` of them.
    """
    last = last or last_inputs(len(markers))
    if not rotated:
        raise BadInput("no network was retrained on rotated chromosomes", expected="one or more")
    inputs = np.arange(len(markers)) >= len(markers) - last
    found = leads(markers, trained)
    best = found.loc[found["value"].idxmax()]
    peak = peaks(markers, trained)[best["chrom"]]
    chance = [peaks(markers, mass).max() for mass in permuted]
    again = [peaks(markers.iloc[order], mass)[best["chrom"]] for order, mass in rotated]
    return Evidence(
        stretch=_stretch(markers, last),
        expected=last / len(markers),
        share=band(_on(trained, inputs), [_on(mass, inputs) for mass in untrained]),
        same_inputs=float(np.median([_on(mass, inputs) for _, mass in rotated])),
        same_markers=float(np.median([_on(mass, inputs[order]) for order, mass in rotated])),
        best=f"{best['chrom']}:{best['position']:,}",
        peak=band(peak, chance),
        again=float(np.median(again)),
    )


def _on(mass: np.ndarray, chosen: np.ndarray) -> float:
    """Share of the mass on ``chosen`` inputs (bool); NaN where there is no mass."""
    return float(shares(mass)[chosen].sum())


def _stretch(markers: pd.DataFrame, last: int) -> str:
    """``the last 3.6 % of the inputs (chromosome X)``."""
    names = [called(chrom) for chrom in dict.fromkeys(markers["chrom"].iloc[-last:])]
    where = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    return f"the last {percent(last / len(markers))} of the inputs ({where})"
