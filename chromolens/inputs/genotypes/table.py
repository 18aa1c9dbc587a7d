"""Genotypes from a text table: a row per sample, its id, then a column per marker."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens import texts
from chromolens.errors import BadInput
from chromolens.inputs.genotypes.calls import (
    DIPLOID,
    Genotypes,
    Numbers,
    check_dosages,
    check_unique,
    found_ploidy,
    packed,
    stacked,
)
from chromolens.inputs.genotypes.places import placed, read_markers
from chromolens.inputs.windows import Tally

_EXPECTED = "a table of genotypes: sample, then a column per marker"


def read_table(
    path: str,
    *,
    markers: str,
    marker_columns: Mapping[str, str],
    bases_per_unit: float,
    ploidy: int,
    missing: Sequence[str],
) -> Genotypes:
    """Read a table of samples x markers (TSV or CSV, perhaps gzipped) and its table of markers.

    One row is in memory as text at a time. ``ploidy`` 0: 2 where any value is above 1, else 1.
    """
    if not markers:
        raise BadInput(
            "a table of genotypes doesn't say where its markers lie",
            where=path,
            remedy="state `markers`: a table with marker, chromosome and position",
        )
    tally = Tally()
    places = read_markers(markers, marker_columns, bases_per_unit)
    rows = texts.uncommented(path, _EXPECTED)
    names = [name.strip() for name in next(rows, (0, []))[1][1:]]
    if not names:
        raise BadInput(
            "the table has no columns",
            expected=f"{_EXPECTED}, divided by tabs or commas",
            where=path,
        )
    check_unique(names, "marker", f"{path}, its first line")
    columns, places = _matched(names, places, path, markers, tally)
    numbers, samples, found = Numbers(missing), [], []
    for number, cells in rows:
        where = f"{path}, line {number}, sample {cells[0].strip()}"
        values = numbers.read(cells[1:])
        check_dosages(values, cells[1:], ploidy or DIPLOID, names, where)
        samples.append(cells[0].strip())
        found.append(packed(values[columns]))
    if not found:
        raise BadInput("the table has no samples", expected=_EXPECTED, where=path)
    check_unique(samples, "sample", path)
    return Genotypes(
        samples=np.array(samples, dtype=object),
        families=np.full(len(samples), "", dtype=object),
        markers=places,
        dosage=stacked(found),
        ploidy=ploidy or found_ploidy(found),
        tally=tally,
        notes={},
    )


def _matched(
    names: list[str], places: pd.DataFrame, path: str, markers: str, tally: Tally
) -> tuple[np.ndarray, pd.DataFrame]:
    """Columns of genotypes and rows of places that belong together, in the places' order."""
    columns = pd.Index(names).get_indexer(places["marker"])
    if not (columns >= 0).any():
        raise BadInput(
            f"the genotypes and the markers have no id in common: {', '.join(names[:3])}, ...; "
            f"and {', '.join(places['marker'][:3])}, ...",
            expected="the same ids in both files",
            where=f"{path}, its first line; and {markers}",
            remedy="a row of the genotypes is a sample, a column a marker; name the column of the "
            "markers that has these ids: marker_columns: {marker: COLUMN}",
        )
    without = pd.Index(names).difference(places["marker"], sort=False)
    tally.add("marker that the table of markers doesn't have", "", without)
    tally.add("marker without genotypes", "", places["marker"][columns < 0])
    columns, places = columns[columns >= 0], places[columns >= 0]
    there = placed(places, tally, markers)
    return columns[there], places[there].reset_index(drop=True)
