"""The best matches of each pattern in the database, good enough for a name or not."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens.motifs.meme import read_meme, write_meme
from chromolens.motifs.modisco.patterns import read_patterns
from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.tomtom import Matches, Rules, match, passes, ranking
from chromolens.motifs.ppm import trim
from chromolens.tables.motifs import MATCHES


def matches_table(
    modisco_h5: str | Path,
    database: Sequence[Motif],
    *,
    most: int = 3,
    max_q: float = 0.01,
    min_overlap: int = 6,
    **_: float,
) -> pd.DataFrame:
    """At most ``most`` matches of each pattern's core, of different names, the best first.

    Columns pattern, rank (1, 2, ...), name, motif_id, family; p, q (over the whole database),
    overlap, offset and strand of the trimmed motif as in ``naming.Matches``; ``passes``: q and
    overlap suffice for a name.
    """
    rules = Rules(max_q, min_overlap, 0, 0)
    trimmed = {pattern.name: trim(pattern.motif) for pattern in read_patterns(modisco_h5)}
    fit = {name: ppm for name, ppm in trimmed.items() if len(ppm)}
    found = match(list(fit.values()), [known.ppm for known in database])
    rows = []
    for query, name in enumerate(fit):
        own = Matches(*(part[query] for part in found))
        # the best of each name: databases hold several matrices of a factor
        best: dict[str, int] = {}
        for target in ranking(own, rules):
            best.setdefault(database[target].name, target)
        rows += [
            {"pattern": name, "rank": rank, **_row(database[target], own, target, rules)}
            for rank, target in enumerate(list(best.values())[:most], start=1)
        ]
    return pd.DataFrame(rows, columns=MATCHES.after("model", "task"))


def _row(known: Motif, own: Matches, target: int, rules: Rules) -> dict:
    row = {field: getattr(own, field)[target] for field in Matches._fields}
    words = {"name": known.name, "motif_id": known.id, "family": known.family}
    return {**words, **row, "passes": passes(own, rules)[target]}


def write_matches_meme(matches: pd.DataFrame, database: Sequence[Motif], path: str | Path) -> None:
    """The motifs of the database that ``matches`` names by ``motif_id``, as a MEME file."""
    matched = set(matches["motif_id"])
    write_meme({known.id: known.ppm for known in database if known.id in matched}, path)


def read_matches_meme(path: str | Path, matches: pd.DataFrame) -> dict[str, np.ndarray]:
    """PPM of each ``motif_id`` of ``matches``, read from ``write_matches_meme``'s file."""
    if not len(matches):
        return {}
    ppms = {identifier: ppm for identifier, _, ppm in read_meme(path)}
    return {name: ppms["_".join(name.split())] for name in matches["motif_id"].unique()}
