"""Are known loci found? How far the best marker of each known locus's chromosome lies from it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from chromolens.errors import BadInput
from chromolens.markers.runs import chromosome_starts

NEAR = 50_000
"""Largest distance (bp) from a known locus at which it is found."""


def known_loci(
    loci: pd.DataFrame,
    markers: pd.DataFrame,
    leads: Mapping[tuple[str, str], pd.DataFrame],
    blocks: Mapping[tuple[str, str], pd.DataFrame] | None = None,
    *,
    within: int = NEAR,
) -> pd.DataFrame:
    """A row per known locus and source: ``KNOWN_LOCI``.

    Parameters
    ----------
    loci
        trait, chrom, position (bp, in the markers' own coordinates).
    markers
        All markers: marker, chrom, position.
    leads
        (trait, source) -> best markers of each chromosome (``runs.leads``). A source is a
        network, ``scan`` or ``ridge``.
    blocks
        (trait, source) -> best blocks (``best_blocks``), where there are any.
    within
        Largest distance (bp) that counts as found.

    Returns
    -------
    DataFrame
        distance: from the locus to the best marker of its chromosome. block_distance: to the best
        block, 0 inside of it. found: distance <= within. rank: of the locus's chromosome by its
        best marker, 1 the highest. chance: share of the chromosome's markers that would have been
        right, which is the chance of a marker taken at random.
    """
    chromosome_starts(markers)
    absent = loci.loc[~loci["chrom"].isin(markers["chrom"]), ["trait", "chrom"]]
    if len(absent):
        raise BadInput(
            f"no marker on {absent.iloc[0]['chrom']!r}, where a locus of "
            f"{absent.iloc[0]['trait']!r} is known",
            expected=f"one of {', '.join(dict.fromkeys(markers['chrom']))}",
            remedy="name chromosomes in the table of loci as the markers do",
        )
    rows = [
        {**locus, "source": source, **_found(locus, best, markers, within)}
        | {"block_distance": _to_block(locus, (blocks or {}).get((trait, source)))}
        for locus in loci[["trait", "chrom", "position"]].to_dict("records")
        for (trait, source), best in leads.items()
        if trait == locus["trait"]
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS = ["trait", "chrom", "position", "source", "lead", "lead_position", "distance",
            "block_distance", "found", "rank", "chance"]  # fmt: skip


def _found(locus: dict, best: pd.DataFrame, markers: pd.DataFrame, within: int) -> dict:
    places = markers.loc[markers["chrom"] == locus["chrom"], "position"]
    chance = float(((places - locus["position"]).abs() <= within).mean())
    own = best[best["chrom"] == locus["chrom"]]
    if own.empty:
        return {"lead": "", "distance": np.nan, "found": False, "chance": chance}
    lead = own.iloc[0]
    distance = abs(lead["position"] - locus["position"])
    return {
        "lead": lead["marker"],
        "lead_position": lead["position"],
        "distance": distance,
        "found": bool(distance <= within),
        "rank": 1 + int((best["value"] > lead["value"]).sum()),
        "chance": chance,
    }


def _to_block(locus: dict, blocks: pd.DataFrame | None) -> float:
    own = None if blocks is None else blocks[blocks["chrom"] == locus["chrom"]]
    if own is None or own.empty:
        return np.nan
    first, last = own.iloc[0][["first", "last"]]
    return max(first - locus["position"], locus["position"] - last, 0)
