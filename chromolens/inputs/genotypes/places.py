"""Where markers lie: tables of markers, and the order in which a study has them."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from chromolens import texts
from chromolens.errors import BadInput, nearest
from chromolens.inputs.genotypes.calls import MASKED, Genotypes, check_unique
from chromolens.inputs.windows import Tally

_USUAL = {
    "marker": ("marker_id", "marker", "id", "snp", "rsid", "rs", "variant"),
    "chrom": ("chrom", "chr", "chromosome"),
    "position": ("position", "pos", "bp"),
    "ref": ("ref", "reference"),
    "alt": ("alt", "alternative"),
}
_NEEDED = ("marker", "chrom", "position")


def read_markers(path: str, columns: Mapping[str, str], bases_per_unit: float) -> pd.DataFrame:
    """Read a table of markers: marker, chrom, position (bp, 1-based), ref and alt ("": unknown).

    Those without a place have the position 0 or no chromosome (``placed``).

    Parameters
    ----------
    columns
        Our name of a column -> its name in the file; the usual names of the others are tried.
    bases_per_unit
        bp per unit of the file's positions.
    """
    rows = list(texts.uncommented(path, "a table of markers"))
    if len(rows) < 2:
        raise BadInput("the table of markers is empty", where=path)
    header = [name.strip().removeprefix("#") for name in rows[0][1]]
    places = _columns(header, columns, f"{path}, line {rows[0][0]}")
    table = {
        name: [row[place].strip() if place is not None else "" for _, row in rows[1:]]
        for name, place in places.items()
    }
    check_unique(table["marker"], "marker", path)
    table["position"] = [
        base(text, bases_per_unit, f"{path}, line {number}")
        for text, (number, _) in zip(table["position"], rows[1:], strict=True)
    ]
    return pd.DataFrame(table)


def base(text: str, bases_per_unit: float, where: str) -> int:
    """A position as bp, 1-based; 0 where the file gives none.

    Nothing, NA and numbers below 0 are no place; so is 0, where positions are in bp.
    """
    if text.strip() in MASKED:
        return 0
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (bases_per_unit == 1 and value % 1):
        raise BadInput(
            f"the position of a marker is {text[:40]!r}",
            expected="a whole number of bp, or nothing",
            where=where,
            remedy="for positions in Mb (or cM) state bases_per_unit: 1000000",
        )
    if value < 0 or (value == 0 and bases_per_unit == 1):
        return 0
    return max(1, round(value * bases_per_unit))


def placed(markers: pd.DataFrame, tally: Tally, where: str) -> np.ndarray:
    """Which markers have a chromosome and a position, (m,); ``tally`` counts the others.

    BadInput where none has: ``where`` is the file.
    """
    there = ~markers["chrom"].isin((*MASKED, "0")) & (markers["position"] > 0)
    tally.add("marker without a place", "", markers["marker"][~there])
    if not there.any():
        raise BadInput(
            "no marker has a place",
            expected="a chromosome other than 0, and a position",
            where=where,
        )
    return there.to_numpy()


def named(markers: pd.DataFrame) -> pd.DataFrame:
    """``markers`` with chrom:position:ref:alt as the ids of those without one (".")."""
    without = markers["marker"].isin(MASKED)
    parts = [markers[name].astype(str) for name in ("chrom", "position", "ref", "alt")]
    own = parts[0].str.cat(parts[1:], sep=":")
    return markers.assign(marker=markers["marker"].mask(without, own))


def in_order(genotypes: Genotypes) -> np.ndarray:
    """Places (m,) of the markers, by chromosome as they first appear, then by position.

    Markers of one place stay in the file's order. How many weren't in order, and how many lie at
    the place of another, goes into the notes.
    """
    chroms, _ = pd.factorize(genotypes.markers["chrom"])
    positions = genotypes.markers["position"].to_numpy()
    order = np.lexsort((positions, chroms))
    same = (np.diff(chroms[order]) == 0) & (np.diff(positions[order]) == 0)
    genotypes.notes["markers out of order in the file"] = int(
        (order != np.arange(len(order))).sum()
    )
    genotypes.notes["markers at the place of another"] = int(same.sum())
    return order


def _columns(header: list[str], given: Mapping[str, str], where: str) -> dict[str, int | None]:
    """Place of each of our columns among those of the file; None for alleles it doesn't have."""
    lower, found = [name.lower() for name in header], {}
    for ours, usual in _USUAL.items():
        if given.get(ours):
            found[ours] = header.index(given[ours]) if given[ours] in header else None
        else:
            found[ours] = next((lower.index(name) for name in usual if name in lower), None)
        if found[ours] is None and (ours in _NEEDED or given.get(ours)):
            asked = given.get(ours) or ours
            raise BadInput(
                f"the table of markers has no column {asked!r}{nearest(asked, header)}",
                expected=f"one of {', '.join(header)}",
                where=where,
                remedy=f"name it: marker_columns: {{{ours}: COLUMN}}",
            )
    return found
