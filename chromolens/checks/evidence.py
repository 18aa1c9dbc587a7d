"""The tables of a study that its criteria are judged by, joined over its models and tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from chromolens import tables
from chromolens.tables.checks import COMPLETENESS, MISSED, PLANTED, TILES
from chromolens.tables.edits import EDITS
from chromolens.tables.experiments import CALIBRATION, MARGINAL, PROFILES, SPACING
from chromolens.tables.markers import KNOWN_LOCI, RECALL, VERDICTS
from chromolens.tables.models import POOLED
from chromolens.tables.motifs import MERGED, PAIRS
from chromolens.tables.sis import SUBSET_MOTIFS
from chromolens.tables.tokens import RANKED_TOKENS

_TABLES = {
    "pooled": POOLED,
    "completeness": COMPLETENESS,
    "planted": PLANTED,
    "tiles": TILES,
    "missed": MISSED,
    "tokens": RANKED_TOKENS,
    "known": KNOWN_LOCI,
    "verdicts": VERDICTS,
    "recall": RECALL,
    "edits": EDITS,
    "pairs": PAIRS,
    "marginal": MARGINAL,
    "spacing": SPACING,
    "calibration": CALIBRATION,
    "motif_profiles": PROFILES,
}


@dataclass(frozen=True)
class Evidence:
    """The study's tables; an absent one is empty.

    ``motifs``: ``MERGED`` and ``SUBSET_MOTIFS``, with their reading (modisco, sis_paper,
    sis_aligned) and sign. The others are as their names say.
    """

    pooled: pd.DataFrame
    motifs: pd.DataFrame
    completeness: pd.DataFrame
    planted: pd.DataFrame
    tiles: pd.DataFrame
    missed: pd.DataFrame = field(default_factory=lambda: tables.empty(MISSED))
    tokens: pd.DataFrame = field(default_factory=pd.DataFrame)
    known: pd.DataFrame = field(default_factory=lambda: tables.empty(KNOWN_LOCI))
    verdicts: pd.DataFrame = field(default_factory=lambda: tables.empty(VERDICTS))
    recall: pd.DataFrame = field(default_factory=lambda: tables.empty(RECALL))
    edits: pd.DataFrame = field(default_factory=lambda: tables.empty(EDITS))
    pairs: pd.DataFrame = field(default_factory=lambda: tables.empty(PAIRS))
    marginal: pd.DataFrame = field(default_factory=lambda: tables.empty(MARGINAL))
    spacing: pd.DataFrame = field(default_factory=lambda: tables.empty(SPACING))
    calibration: pd.DataFrame = field(default_factory=lambda: tables.empty(CALIBRATION))
    motif_profiles: pd.DataFrame = field(default_factory=lambda: tables.empty(PROFILES))


def pick(table: pd.DataFrame, criterion: Mapping, *columns: str) -> pd.DataFrame:
    """Rows of ``table`` that agree with what ``criterion`` says of ``columns``."""
    for column in columns:
        if criterion.get(column):
            table = table[table[column] == criterion[column]]
    return table


def read_evidence(files: Mapping[str, Sequence[str]]) -> Evidence:
    """The tables of each kind (keys: fields of ``Evidence``) joined; absent kinds are empty."""
    found = {kind: tables.read_all(table, files.get(kind, ())) for kind, table in _TABLES.items()}
    motifs = [_motifs(path) for path in files.get("motifs", ())]
    none = pd.DataFrame(columns=[*SUBSET_MOTIFS.names, "reading", "sign"])
    return Evidence(**found, motifs=pd.concat(motifs or [none], ignore_index=True))


def _motifs(path: str) -> pd.DataFrame:
    """Motifs of either reading. A subset keeps the target up, so its motif is positive."""
    if "pattern" in tables.peek(path):
        return tables.read(MERGED, path).assign(reading="modisco")
    table = tables.read(SUBSET_MOTIFS, path)
    return table.assign(reading="sis_" + table["motif"].str.split("_").str[0], sign="pos")
