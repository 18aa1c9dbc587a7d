"""TF-MoDISco's patterns as a table with names, and as motifs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from chromolens.motifs.meme import write_meme
from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.naming import false_name_rate, name_motifs
from chromolens.motifs.ppm import normalise
from chromolens.scores import open_scores

SIGNS = ("pos", "neg")


@dataclass(frozen=True, eq=False)
class Pattern:
    """A pattern, named ``sign.pattern_i`` after its place in modisco's file.

    ``ppm``: base frequencies over its seqlets, ``cwm``: mean contribution of the observed
    base (in the units of the scores), both float (length, 4); ``core``: where the
    contributions of its sign are. ``seqlets``: how many.
    """

    name: str
    sign: str
    seqlets: int
    ppm: np.ndarray
    cwm: np.ndarray
    core: slice

    @property
    def motif(self) -> np.ndarray:
        """PPM of the core."""
        return self.ppm[self.core]

    @property
    def contribution(self) -> float:
        """What the core contributes, mean over the seqlets (in the units of the scores)."""
        return float(self.cwm[self.core].sum())


def read_patterns(modisco_h5: str | Path) -> list[Pattern]:
    """All patterns of a modisco file, positive before negative, most seqlets first."""
    with open_scores(modisco_h5) as file:
        found = [
            pattern_of(sign, key, group)
            for sign in SIGNS
            for key, group in file.get(f"{sign}_patterns", {}).items()
        ]
    return sorted(found, key=_rank)


def _rank(pattern: Pattern) -> tuple[int, int, int]:
    return SIGNS.index(pattern.sign), -pattern.seqlets, int(pattern.name.rsplit("_", 1)[1])


def pattern_of(sign: str, key: str, group: h5py.Group) -> Pattern:
    """The pattern (or sub-pattern) that ``group`` of a modisco file holds."""
    cwm = group["contrib_scores"][:]
    seqlets = int(group["seqlets/n_seqlets"][0])
    ppm = normalise(group["sequence"][:])
    place = core(cwm, 1 if sign == "pos" else -1)
    return Pattern(f"{sign}.{key}", sign, seqlets, ppm, cwm, place)


def core(cwm: np.ndarray, sign: int = 1, share: float = 0.2, flank: int = 2) -> slice:
    """From the first to the last position of at least ``share`` of the largest contribution.

    ``flank`` positions more on each side, within the pattern. ``cwm``: (length, 4); only
    contributions of ``sign`` count, so that neighbours of the other sign don't widen it.
    """
    weight = np.clip(sign * cwm.sum(axis=1), 0, None)
    kept = np.flatnonzero(weight >= share * weight.max())
    return slice(max(0, int(kept[0]) - flank), min(len(cwm), int(kept[-1]) + 1 + flank))


def patterns_table(
    modisco_h5: str | Path, database: Sequence[Motif], **naming: float
) -> pd.DataFrame:
    """One row for each pattern: pattern, sign, seqlets, naming's columns, windows.

    Sorted by sign (pos first), then by seqlets, which are the support. ``naming``: the rules
    of ``name_motifs``. ``windows`` were read.
    ``false_name_rate``: of these patterns with their columns shuffled, the share that is named.
    """
    patterns = read_patterns(modisco_h5)
    named = name_motifs(
        {pattern.name: pattern.motif for pattern in patterns},
        {pattern.name: pattern.seqlets for pattern in patterns},
        database,
        **naming,
    )
    table = named.rename(columns={"motif": "pattern"})
    table.insert(1, "sign", [pattern.sign for pattern in patterns])
    table.insert(2, "seqlets", [pattern.seqlets for pattern in patterns])
    with open_scores(modisco_h5) as file:
        table["windows"] = file["chromolens"].attrs["windows"]
    rules = {key: value for key, value in naming.items() if key != "min_support"}
    ppms = {pattern.name: pattern.motif for pattern in patterns}
    table["false_name_rate"] = false_name_rate(ppms, database, seed=0, **rules)
    return table


def write_patterns_meme(
    modisco_h5: str | Path, path: str | Path, background: Sequence[float] = (0.25,) * 4
) -> None:
    """The cores of all patterns as a MEME file (with no motifs in it where there are none)."""
    patterns = read_patterns(modisco_h5)
    write_meme(
        {pattern.name: pattern.motif for pattern in patterns},
        path,
        background,
        {pattern.name: pattern.seqlets for pattern in patterns},
    )
