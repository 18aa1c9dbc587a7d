"""What each reading of a study found, in one form: the members of its lexicon.

A member is a motif of TF-MoDISco, a motif of sufficient input subsets, or a first-layer
filter. Which folds' models see it is counted in windows that are out of fold: seqlets, or the
subsets that match the motif best; a filter belongs to one fold. A composite (``names.composites``)
is two members, its parts: a lexicon lists motifs, and pairs of them stand in a table of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.genome.onehot import encode
from chromolens.motifs.meme import identifier, read_motifs
from chromolens.motifs.names.composites import covered
from chromolens.motifs.ppm import normalise, reverse_complement, trim
from chromolens.scores import open_scores
from chromolens.tables.motifs import FILTERS, MERGED, SEQLETS
from chromolens.tables.sis import SUBSET_MOTIFS, SUBSETS

READINGS = ("modisco", "sis", "filters")


@dataclass(frozen=True, eq=False)
class Member:
    """One motif as one reading of one model shows it.

    ``ppm`` is trimmed, float (length, 4); ``support`` its sites; ``folds`` how many of these in
    which fold; ``subsets`` the subsets that show it, for SIS, which clusters each of them more
    than once; ``name`` and ``family`` are empty unless the rules of naming hold; ``others`` are
    further names that would do. ``sign`` and ``task`` are empty for filters, which may serve any.
    ``composite``: one of the two parts of a composite.
    """

    reading: str
    model: str
    task: str
    label: str
    sign: str
    ppm: np.ndarray
    support: int
    folds: Mapping[str, int]
    name: str = ""
    family: str = ""
    others: frozenset[str] = frozenset()
    subsets: frozenset[str] = frozenset()
    composite: bool = False


def modisco_members(
    merged: str | Path, meme: str | Path, places: str | Path, windows: str | Path
) -> list[Member]:
    """Motifs of one task, each of one pattern or several that were merged.

    ``merged.tsv`` with its ``merged.meme``, ``seqlets.bed`` (by pattern), and the ``windows.h5``
    that MoDISco read, which says whose models explained each window.
    """
    table, ppms = tables.read(MERGED, merged), read_motifs(meme)
    counts = _seqlets_of_folds(places, windows, table)
    return [
        member
        for row in table.itertuples()
        for member in _members("modisco", row, row.pattern, row.sign, ppms, row.seqlets, counts)
    ]


def _seqlets_of_folds(
    places: str | Path, windows: str | Path, table: pd.DataFrame
) -> dict[str, dict[str, int]]:
    if table.empty:
        return {}
    members = table["members"].str.split(";")
    into = {
        name: row for row, names in zip(table["pattern"], members, strict=True) for name in names
    }
    found = tables.read(SEQLETS, places)
    with open_scores(windows) as file:
        group = file[table["task"].iloc[0]]
        folds = dict(zip(group["id"].asstr()[:], group["fold"].asstr()[:], strict=True))
    owners, folds = found["pattern"].map(into), found["window"].map(folds)
    counts = found.groupby([owners, folds]).size()
    return {pattern: _tally(part.droplevel(0)) for pattern, part in counts.groupby(level=0)}


def _tally(counts: pd.Series) -> dict[str, int]:
    return {str(fold): int(count) for fold, count in counts.items()}


def sis_members(motifs: str | Path, meme: str | Path, subsets: str | Path) -> list[Member]:
    """Motifs of one task's subsets: ``motifs.tsv``, ``motifs.meme`` and ``sis.tsv.gz``."""
    table, ppms = tables.read(SUBSET_MOTIFS, motifs), read_motifs(meme)
    found, members = tables.read(SUBSETS, subsets), []
    for row in table.itertuples():
        own = best_matching(ppms[identifier(row.motif)], found, int(row.support))
        counts = {row.motif: _tally(own["fold"].value_counts())}
        names = frozenset(own["id"] + "|" + own["order"].astype(str))
        found_in = _members("sis", row, row.motif, "pos", ppms, row.support, counts)
        members += [replace(member, subsets=names) for member in found_in]
    return members


def best_matching(ppm: np.ndarray, subsets: pd.DataFrame, count: int) -> pd.DataFrame:
    """The ``count`` rows of ``subsets`` that match a motif best (or all, where there are fewer).

    A subset's match is the largest log-odds of the trimmed motif in the subset's ``sequence``,
    on either strand.
    """
    motif = np.log2(0.99 * trim(ppm) + 0.01 / 4) + 2
    scores = np.array([_best_match(motif, sequence) for sequence in subsets["sequence"]])
    return subsets.iloc[np.argsort(-scores, kind="stable")[:count]]


def _best_match(motif: np.ndarray, sequence: str) -> float:
    onehot = encode(sequence)
    if len(motif) > len(onehot):
        onehot = np.pad(onehot, ((len(motif) - len(onehot),) * 2, (0, 0)))
    strands = (motif, reverse_complement(motif))
    return max(
        sum(np.correlate(onehot[:, base], turned[:, base], "valid") for base in range(4)).max()
        for turned in strands
    )


def filter_members(table: str | Path, meme: str | Path) -> list[Member]:
    """Filters of one model: ``filters.tsv`` and ``filters.meme``; dead ones have no motif."""
    ppms, members = read_motifs(meme), []
    for row in tables.read(FILTERS, table).itertuples():
        if row.motif in ppms:
            counts = {row.motif: {row.fold: int(row.sites)}}
            members += _members("filters", row, row.motif, "", ppms, row.sites, counts)
    return members


def _members(
    reading: str,
    row: object,
    label: str,
    sign: str,
    ppms: Mapping[str, np.ndarray],
    support: int,
    folds: Mapping[str, Mapping[str, int]],
) -> list[Member]:
    """A motif as one member, or the two parts of a composite: that of its best match first."""
    whole = Member(
        reading,
        row.model,
        getattr(row, "task", ""),
        label,
        sign,
        trim(normalise(ppms[identifier(label)])),
        int(support),
        folds.get(label, {}),
        row.name if row.named else "",
        row.family if row.named else "",
        frozenset(row.others.split(";")) - {""},
    )
    if not row.partner:
        return [whole]
    parts = [trim(whole.ppm[: int(row.cut)]), trim(whole.ppm[int(row.cut) :])]
    if covered(row.offset, row.overlap).start >= row.cut:
        parts.reverse()
    one, other = (replace(whole, ppm=part, composite=True) for part in parts)
    partner = row.partner if row.named else ""
    return [one, replace(other, name=partner, family="", others=frozenset())]


def read_members(files: Mapping[str, Sequence[str]]) -> list[Member]:
    """All members of a study.

    ``files``: lists ``merged``, ``merged_meme``, ``seqlets`` and ``windows`` (one for each
    task that MoDISco read), ``motifs``, ``motifs_meme`` and ``sis`` (one for each task of SIS),
    ``filters`` and ``filters_meme`` (one for each model).
    """
    parts = (
        (modisco_members, ("merged", "merged_meme", "seqlets", "windows")),
        (sis_members, ("motifs", "motifs_meme", "sis")),
        (filter_members, ("filters", "filters_meme")),
    )
    return [
        member
        for read, names in parts
        for paths in zip(*(files[name] for name in names), strict=True)
        for member in read(*paths)
    ]
