"""Blocks of linkage: neighbouring markers that say the same, and their mass together."""

import numpy as np
import pandas as pd

from chromolens.inputs.genotypes.dosage import AT_ONCE, Dosage
from chromolens.inputs.genotypes.linkage import runs_of_linkage
from chromolens.markers.runs import checked, chromosome_starts, first_largest, starts_of


def ld_blocks(
    markers: pd.DataFrame,
    dosage: Dosage,
    rows: np.ndarray | None = None,
    *,
    r2: float = 0.5,
    at_once: int = AT_ONCE,
) -> np.ndarray:
    """Number of the block of every marker, from 0, ascending.

    Parameters
    ----------
    markers
        With the columns marker, chrom, position; in the order of the dosages' columns.
    dosage
        (samples, markers), see ``inputs.genotypes.dosage``. Missing ones become the marker's mean.
    rows
        Training samples; all where None.
    r2
        Smallest squared correlation of a marker with its block's first (``runs_of_linkage``).

    Returns
    -------
    int (markers,)
    """
    first = np.zeros(len(markers), bool)
    first[chromosome_starts(markers)] = True
    rows = np.arange(dosage.shape[0]) if rows is None else rows
    return runs_of_linkage(dosage, rows, first, r2, at_once)


def block_sums(markers: pd.DataFrame, numbers: np.ndarray, mass: np.ndarray) -> pd.DataFrame:
    """Mass of every block (``LD_BLOCKS``), with its lead: the marker of the largest mass.

    Parameters
    ----------
    numbers
        Of ``ld_blocks``.
    mass : (markers,)
        Of ``masses``.
    """
    mass = checked(markers, mass)
    starts = starts_of(checked(markers, numbers))
    ends = np.append(starts[1:], len(numbers)) - 1
    lead = first_largest(mass, starts)
    sums = np.add.reduceat(mass, starts)
    position = markers["position"].to_numpy()
    return pd.DataFrame(
        {
            "block": np.arange(len(starts)),
            "chrom": markers["chrom"].to_numpy()[starts],
            "first": position[starts],
            "last": position[ends],
            "markers": ends - starts + 1,
            "mass": sums,
            "share": sums / sums.sum() if sums.sum() > 0 else np.nan,
            "lead": markers["marker"].to_numpy()[lead],
            "lead_position": position[lead],
            "lead_mass": mass[lead],
        }
    )


def best_blocks(blocks: pd.DataFrame) -> pd.DataFrame:
    """The block of the largest mass of each chromosome; of equals the first."""
    starts = starts_of(blocks["chrom"].to_numpy(str))
    best = blocks.iloc[first_largest(blocks["mass"].to_numpy(), starts)]
    return best.reset_index(drop=True)
