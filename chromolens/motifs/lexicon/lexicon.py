"""The lexicon of a study: one row for each motif, whichever reading shows it.

Members (``members.py``) are joined by average linkage of 1 - similarity (``compare.py``) up to
1 - ``ALIKE``. ``ALIKE`` and ``ALIKE_NAMED`` are calibrated in ``benchmarks/motifs/lexicon.py``:

- Two members with the same name are one motif already at ``ALIKE_NAMED``: motifs cut short, as
  narrow filters show them, join the whole by their name.
- Members named for different families are never joined, unless the name of one would do for
  the other; nor are members of unlike sign (what raises a target and what lowers it). Subsets
  hold a target up: their sign is that of positive patterns; filters have none.
- A part of a motif is a motif of its own, unless it holds ``ALIKE`` squared (56 %) of the
  whole's squared weight, or the same name: a half-site (half of it) is not joined to its
  palindrome.

A motif's matrix is the mean of its members of MoDISco and SIS, weighted by sites, laid on the
one of most sites; of filters, or of parts of composites, only where nothing else shows it. It is
named afresh, so that name, q and consensus describe the matrix that is written.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from chromolens import tables
from chromolens.motifs.compare import lay_on, mean_ppm, similarities
from chromolens.motifs.lexicon.members import READINGS, Member
from chromolens.motifs.meme import write_meme
from chromolens.motifs.names.database import Motif
from chromolens.motifs.names.naming import name_motifs
from chromolens.motifs.ppm import information, trim
from chromolens.runlog import logger
from chromolens.tables.motifs import LEXICON, MEMBERS

ALIKE, ALIKE_NAMED = 0.75, 0.5

_LETTERS = 12
_FOLDS = {"modisco": "modisco_folds", "sis": "sis_folds", "filters": "filter_folds"}


@dataclass(frozen=True)
class Lexicon:
    """``table`` (``LEXICON``, best supported first), ``members`` (``MEMBERS``), and by
    motif the PPM (length, 4) and its number of sites."""

    table: pd.DataFrame
    members: pd.DataFrame
    ppms: dict[str, np.ndarray]
    sites: dict[str, int]


def make_lexicon(
    members: Sequence[Member],
    database: Sequence[Motif],
    nulls: Collection[str] = (),
    **naming: float,
) -> Lexicon:
    """Join ``members`` into motifs and name these; see the module.

    Parameters
    ----------
    members
        Of all readings, tasks and models, null models included.
    nulls
        Models that have nothing to learn; a motif seen by one of them is marked.
    naming
        When a motif is given a name: the rules of ``naming.name_motifs``. A filter of less than
        ``min_information`` or ``min_support`` is left out; the log counts them.
    """
    kept = usable(members, naming.get("min_information", 8.0), naming.get("min_support", 20))
    groups = [_strongest_first([kept[place] for place in group]) for group in joined(kept)]
    groups.sort(key=_support, reverse=True)
    ppms = {str(place): matrix_of(group) for place, group in enumerate(groups)}
    sites = {str(place): sum(m.support for m in _shown(g)) for place, g in enumerate(groups)}
    named = name_motifs(ppms, sites, database, **naming)
    facts = pd.DataFrame([_facts(group, set(nulls)) for group in groups], index=named.index)
    table = named.assign(motif=_identifiers(named)).join(facts).reindex(columns=LEXICON.names)
    ppms = dict(zip(table["motif"], ppms.values(), strict=True))
    listed = [
        (
            motif,
            *_placed(member, ppms[motif]),
            member.model in nulls,
            member.name,
            member.composite,
        )
        for motif, group in zip(ppms, groups, strict=True)
        for member in group
    ]
    rows = pd.DataFrame(listed, columns=MEMBERS.names)
    return Lexicon(table, rows, ppms, dict(zip(ppms, sites.values(), strict=True)))


def usable(members: Sequence[Member], min_information: float, min_support: int) -> list[Member]:
    """Members with a motif at all; filters only of enough information and sites."""

    def speaks(member: Member) -> bool:
        if member.reading != "filters" or not len(member.ppm):
            return len(member.ppm) > 0
        enough = member.support >= min_support
        return enough and information(member.ppm, member.support) >= min_information

    kept = [member for member in members if speaks(member)]
    for reading in READINGS:
        found, left = (sum(m.reading == reading for m in part) for part in (members, kept))
        logger.info("%s: %d of %d motifs have enough sites and information", reading, left, found)
    return kept


def joined(members: Sequence[Member], threshold: float = ALIKE) -> list[np.ndarray]:
    """Places of the members of each motif, by average linkage under the module's rules."""
    if len(members) < 2:
        return [np.arange(1)] * len(members)
    alike = similarities([member.ppm for member in members])
    apart = 1 - alike
    names = np.array([member.name for member in members])
    apart[(names[:, None] == names) & (names != "") & (alike >= ALIKE_NAMED)] = 0
    # one such pair keeps two groups apart, however many others they hold
    apart[_contrary(members)] = len(members) ** 2
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform(apart, checks=False), "average")
    labels = fcluster(tree, 1 - threshold, "distance")
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def _contrary(members: Sequence[Member]) -> np.ndarray:
    """Pairs that are named for different families or have unlike signs, bool (n, n)."""
    return np.array([[_differ(one, other) for other in members] for one in members])


def _differ(one: Member, other: Member) -> bool:
    if one.sign and other.sign and one.sign != other.sign:
        return True
    if one.family == other.family or not one.family or not other.family:
        return False
    return one.name not in other.others and other.name not in one.others


def _strongest_first(group: list[Member]) -> list[Member]:
    return sorted(group, key=_strength, reverse=True)


def _strength(member: Member) -> tuple:
    lone = member.reading != "filters", not member.composite
    return *lone, member.support, member.reading, member.model, member.label


def _support(group: Sequence[Member]) -> tuple:
    sites = [sum(m.support for m in group if m.reading == reading) for reading in READINGS]
    return sites[0] + sites[1], sites[2], *_strength(group[0])


def matrix_of(group: Sequence[Member]) -> np.ndarray:
    """The motif of joined members, trimmed, as it reads on the strand of the first."""
    shown = _shown(group)
    placed = [lay_on(member.ppm, group[0].ppm) for member in shown]
    weights = [max(member.support, 1) for member in shown]
    mean = trim(mean_ppm([member.ppm for member in shown], placed, weights))
    return mean if len(mean) else group[0].ppm


def _shown(group: Sequence[Member]) -> list[Member]:
    """The members that make the matrix: filters and parts only where there is nothing else."""
    read = [member for member in group if member.reading != "filters"] or list(group)
    return [member for member in read if not member.composite] or read


def _identifiers(named: pd.DataFrame) -> list[str]:
    """``M01_CTCF``, ``M07_TTACCCG``: unique by their number, and safe in file names."""
    width = max(2, len(str(len(named))))
    words = named["name"].where(named["name"] != "", named["consensus"].map(_word))
    words = [re.sub(r"[^A-Za-z0-9.+-]+", "_", word)[:40].strip("_") for word in words]
    return [f"M{place:0{width}}_{word}".rstrip("_") for place, word in enumerate(words, 1)]


def _word(consensus: str) -> str:
    """The letters that tell a motif without a name from others; long ones from the clearest on."""
    bases = consensus.strip("N")
    starts = range(max(len(bases) - _LETTERS, 0) + 1)
    return max((bases[i : i + _LETTERS] for i in starts), key=_clear).strip("N")


def _clear(word: str) -> int:
    return sum(letter in "ACGT" for letter in word)


def _facts(group: Sequence[Member], nulls: set[str]) -> dict:
    """The columns of a motif that tell who sees it."""
    by_reading = {name: [m for m in group if m.reading == name] for name in READINGS}
    signs = {member.sign for member in group} - {""}
    return {
        "sign": min(signs, default=""),
        "readings": ",".join(name for name in READINGS if by_reading[name]),
        "tasks": ",".join(sorted({f"{m.model}:{m.task}" for m in group if m.task})),
        "models": ",".join(sorted({member.model for member in group})),
        "modisco_sites": sum(member.support for member in by_reading["modisco"]),
        "composite_sites": sum(member.support for member in group if member.composite),
        "sis_sites": len({(m.model, m.task, s) for m in by_reading["sis"] for s in m.subsets}),
        "filters": len(by_reading["filters"]),
        "null": any(member.model in nulls for member in group),
    } | {_FOLDS[name]: ",".join(sorted(_folds(by_reading[name]))) for name in READINGS}


def _folds(members: Sequence[Member]) -> set[str]:
    return {fold for member in members for fold, count in member.folds.items() if count}


def _placed(member: Member, ppm: np.ndarray) -> tuple:
    """What a row of the table of members says of its place in ``ppm``, and before and after."""
    folds = ",".join(f"{fold}:{count}" for fold, count in sorted(member.folds.items()))
    facts = (member.reading, member.model, member.task, member.label)
    return *facts, *lay_on(member.ppm, ppm), member.support, folds


def write_lexicon(
    lexicon: Lexicon, table: str | Path, members: str | Path, meme: str | Path
) -> None:
    """Write the three files of a lexicon; without members they are valid and empty."""
    tables.write(LEXICON, lexicon.table, table)
    tables.write(MEMBERS, lexicon.members, members)
    write_meme(lexicon.ppms, meme, sites=lexicon.sites)
