"""Motifs of a lexicon that are looked for in one task, and the shuffles they are held against.

A lexicon is a table (``motif``, ``name``, ``sign``, ``tasks``: MODEL:TASK, comma-separated) and a
MEME file with a PPM for each ``motif``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.motifs.compare import similarity
from chromolens.motifs.meme import read_meme
from chromolens.motifs.ppm import trim
from chromolens.tables.motifs import LEXICON

ALIKE = 0.8
"""Similarity from which on a shuffle counts as the motif itself."""
_TRIES = 20
_SIGNS = {"pos": 1, "neg": -1, "": 0}


class Sought(NamedTuple):
    """A motif: ``ppm`` float (width, 4), trimmed; ``sign`` pos, neg, or "" for either.

    ``support``: sites that the better supplied reading made it of.
    """

    motif: str
    name: str
    sign: str
    ppm: np.ndarray
    support: float = np.inf

    @property
    def label(self) -> str:
        """Its name in the database, or its own."""
        return self.name or self.motif

    @property
    def direction(self) -> int:
        """What its contributions should be: 1, -1, or 0 for either."""
        return _SIGNS[self.sign]


def motifs_of_task(table: str | Path, meme: str | Path, model: str, task: str) -> list[Sought]:
    """Motifs of a lexicon that were seen in ``task`` of ``model``, in its order; perhaps none.

    Raises ``BadInput`` where a column is missing, a sign is no sign, or the MEME file lacks one.
    """
    rows = tables.read(LEXICON, table)
    rows = rows[rows["tasks"].map(lambda seen: f"{model}:{task}" in seen.split(",")).astype(bool)]
    ppms = {name: ppm for name, _, ppm in read_meme(meme)} if len(rows) else {}
    for row in rows.itertuples():
        if row.motif not in ppms:
            raise BadInput(
                f"no matrix of {row.motif!r}", expected=f"as in {table}", where=str(meme)
            )
        if row.sign not in _SIGNS:
            raise BadInput(
                f"{row.motif}: sign {row.sign!r}", expected="pos, neg or empty", where=str(table)
            )
    return [
        Sought(
            row.motif,
            row.name,
            row.sign,
            trim(ppms[row.motif]),
            max(row.modisco_sites, row.sis_sites),
        )
        for row in rows.itertuples()
    ]


def motifs_of_tasks(
    table: str | Path, meme: str | Path, model: str, explains: Mapping[str, str]
) -> dict[str, list[Sought]]:
    """Task of the study -> ``motifs_of_task``, each once.

    ``explains``: task of the network -> task of the study; a profile network has two for each.
    """
    found: dict[str, dict[str, Sought]] = {task: {} for task in explains.values()}
    for task, label in explains.items():
        found[label] |= {one.motif: one for one in motifs_of_task(table, meme, model, task)}
    return {task: list(own.values()) for task, own in found.items()}


def shuffles(ppm: np.ndarray, count: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Up to ``count`` PPMs of the same columns in another order, unlike ``ppm`` on both strands.

    Their information and composition are the motif's own. Of a motif of equal columns (poly-A)
    there is none.
    """
    found: list[np.ndarray] = []
    for _ in range(_TRIES * count):
        if len(found) == count:
            break
        shuffled = rng.permutation(ppm, axis=0)
        if similarity(shuffled, ppm) < ALIKE:
            found.append(shuffled)
    return found
