"""The tables of two models compared, small and made up."""

from pathlib import Path

import pandas as pd
from synthetic_tables import written

from chromolens.tables.sis import ALIKE, EXCHANGED, JOINT


def pair(folder: Path, one: str, other: str) -> dict[str, Path]:
    """4 subsets of ``one``, 3 of them enough for ``other``; 2 of ``other``, none for ``one``."""
    read = [
        (finder, reader, f"w{row}", "fold0", 0, float(row), 9.0, -1.0, 1.0, row < reached)
        for finder, reader, count, reached in (
            (one, one, 4, 4), (one, other, 4, 3), (other, one, 2, 0), (other, other, 2, 2)
        )
        for row in range(count)
    ]  # fmt: skip
    joint = [
        (mode, cluster, name, finder, members, share, of_finder, string)
        for mode in ("paper", "aligned")
        for cluster, name, finder, members, share, of_finder, string in (
            (0, "", one, 1, 0.5, 0.25, "GATNACA"), (0, "", other, 1, 0.5, 0.5, "GATTACA"),
            (1, "CTCF", one, 3, 1.0, 0.75, "CCNCTA"), (1, "CTCF", other, 0, 0.0, 0.0, ""),
            (-1, "", one, 0, 0.0, 0.0, ""), (-1, "", other, 1, 1.0, 0.5, "TTT"),
        )
    ]  # fmt: skip
    nan = float("nan")
    alike = [("contributions", "ism", 0.25, nan, nan, 7), ("metric", "auroc", nan, 0.9, 0.8, 50)]
    tables = {
        "exchanged": (EXCHANGED, read),
        "clusters": (JOINT, joint),
        "agreement": (ALIKE, alike),
    }
    return {
        name: written(table, pd.DataFrame(rows, columns=table.names), folder / f"pair.{name}.tsv")
        for name, (table, rows) in tables.items()
    }
