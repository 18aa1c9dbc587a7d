"""First-layer filters as motifs: named like the patterns of the other readings."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.naming import name_motifs
from chromolens.tables.motifs import FILTERS


def name_filters(
    sites: pd.DataFrame,
    ppms: Mapping[str, np.ndarray],
    database: Sequence[Motif],
    **naming: float,
) -> pd.DataFrame:
    """``sites`` (column motif, one row per filter) with naming's columns behind its own.

    ``ppms``: filter -> PPM (length, 4) of those with sites; a dead filter gets no name, and
    the reason says so. ``naming``: the rules of ``name_motifs``.
    """
    supports = dict(zip(sites["motif"], sites["sites"].astype(int), strict=True))
    named = name_motifs(ppms, {name: supports[name] for name in ppms}, database, **naming)
    table = sites.merge(named, on="motif", how="left")
    dead = table["sites"] == 0
    table["named"] = table["named"].eq(True)
    table["support"] = table["sites"]
    table.loc[dead, "reason"] = "dead: never above 0"
    text = ["name", "motif_id", "family", "strand", "consensus", "reason", "others"]
    text += ["partner", "partner_id"]
    table[text] = table[text].fillna("")
    return table[FILTERS.names]
