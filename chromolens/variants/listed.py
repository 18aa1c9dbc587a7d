"""From alleles as they are stated to variants that can be scored; why others are left out."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.fasta import Genome
from chromolens.genome.intervals import Interval
from chromolens.genome.names import mapping_line, suggest_names
from chromolens.genome.onehot import UNKNOWN
from chromolens.inputs.folds import Folds
from chromolens.tables.variants import LEFT_OUT, LISTED
from chromolens.variants.haplotypes import needed, stands_of
from chromolens.variants.normalise import Change, kind_of, letters, name_of, normalise

NO_ALTERNATIVE = "no alternative allele"
SYMBOLIC = "a symbolic allele, a breakend or *"
LETTERS = "an allele with other letters than A, C, G, T"
EQUAL = "two equal alleles"
LONG = "an allele longer than half of the window"
NO_CHROMOSOME = "a chromosome that the genome doesn't have"
PAST = "past the end of its chromosome"
SWAPPED = "swapped: the alternative allele is the genome's"
UNLIKE = "neither allele is the genome's"
SEEN = "a chromosome that no fold holds out"
EDGE = "a window beyond the end of its chromosome, or of its block"
UNKNOWN_BASES = "more unknown bases in its window than tracks.max_n allows"


def settings_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """``variants`` of a complete config of a genome, with what ``Reading`` takes besides."""
    inputs = config["inputs"]
    more = {"window": inputs["window"], "names": inputs["chromosome_names"]}
    return config["variants"] | more | {"max_n": config["tracks"]["max_n"]}


class Reading:
    """How variants are taken: by which genome, folds and windows.

    Parameters
    ----------
    folds
        A variant is scored by the models that never saw its chromosome.
    settings
        ``settings_of`` a config: ``places``, ``spread``, ``turn_swapped``, ``window`` (bp),
        ``names`` (in the file -> in the FASTA) and ``max_n`` (share of a window).
    """

    def __init__(self, genome: Genome, folds: Folds, settings: Mapping[str, Any]):
        self._genome, self._homes = genome, folds.homes(genome.sizes)
        self._names, self._turn = settings["names"], settings["turn_swapped"]
        self._window, self._max_n = settings["window"], settings["max_n"]
        self._stands = stands_of(settings)

    def taken(
        self, stated: pd.DataFrame, where: str | Path = ""
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """``LISTED`` and ``LEFT_OUT`` of ``reading.STATED``.

        BadInput where nothing is left; ``where`` is the file.
        """
        kept, dropped = [], []
        for row in stated.itertuples(index=False):
            found = self._take(row)
            if isinstance(found, str):
                dropped.append((*row, found))
            else:
                kept.append((*row[:3], found[0].chrom, *row[4:], *self._described(*found)))
        left_out = pd.DataFrame(dropped, columns=LEFT_OUT.names)
        if not kept:
            self._refuse(left_out, where)
        return pd.DataFrame(kept, columns=LISTED.after("host_chrom", "host")), left_out

    def needed(self, start: int, removed: str, added: str) -> tuple[int, int]:
        """First base, and behind the last, that the windows of a variant read."""
        return needed(start, removed, added, self._window, self._stands)

    def _take(self, row: object) -> tuple[Change, str] | str:
        """The normalised change, and which allele the genome has; or why it is left out."""
        chrom = self._names.get(row.chrom, row.chrom)
        if reason := _odd(row.ref, row.alt):
            return reason
        if max(len(row.ref), len(row.alt)) > self._window // 2:
            return LONG
        if chrom not in self._genome.sizes:
            return NO_CHROMOSOME
        change = Change(chrom, row.position - 1, row.ref, row.alt)
        found = self._matched(change)
        if isinstance(found, str):
            return found
        change = normalise(self._genome, found[0])
        return self.unfit(change) or (change, found[1])

    def _matched(self, change: Change) -> tuple[Change, str] | str:
        """The change whose first allele the genome has, and which of the two that was."""
        chrom, start, ref, alt = change
        size = self._genome.sizes[chrom]
        if not 0 <= start <= size - len(ref):
            return PAST
        if letters(self._genome, chrom, start, start + len(ref)) == ref:
            return change, "ref"
        there = start + len(alt) <= size
        if there and letters(self._genome, chrom, start, start + len(alt)) == alt:
            return (Change(chrom, start, alt, ref), "alt") if self._turn else SWAPPED
        return UNLIKE

    def unfit(self, change: Change) -> str:
        """Why the models can't be asked about ``change``; else empty."""
        if all(one.chrom != change.chrom for one in self._homes):
            return SEEN
        if self.home(change) is None:
            return EDGE
        first, last = self.needed(*change[1:])
        codes = self._genome.codes(change.chrom, first, last)
        return UNKNOWN_BASES if (codes == UNKNOWN).mean() > self._max_n else ""

    def home(self, change: Change) -> Interval | None:
        """The stretch of one fold in which all windows of ``change`` lie."""
        first, last = self.needed(*change[1:])
        return next(
            (one for one in self._homes
             if one.chrom == change.chrom and one.start <= first and last <= one.end),
            None,
        )  # fmt: skip

    def fold_of(self, change: Change) -> str:
        """The fold whose models never saw the place of ``change``, which fits."""
        return self._homes[self.home(change)]

    def _described(self, change: Change, match: str) -> tuple:
        name, kind = name_of(self._genome, change), kind_of(self._genome, change)
        return (name, *change[1:], kind, match, self.fold_of(change))

    def _refuse(self, left_out: pd.DataFrame, where: str | Path) -> None:
        counts = left_out["reason"].value_counts(sort=False)
        likely = suggest_names(
            left_out.loc[left_out["reason"] == NO_CHROMOSOME, "chrom"].unique(),
            self._genome.sizes,
        )
        raise BadInput(
            "no variant can be scored: "
            + "; ".join(f"{count} with {reason}" for reason, count in counts.items()),
            expected=f"variants on {', '.join(map(str, list(self._homes)[:20]))}",
            where=str(where),
            remedy=f"say which chromosome each is: inputs.{mapping_line(likely)}"
            if likely
            else "is the file of the same assembly as the FASTA?",
        )


def _odd(ref: str, alt: str) -> str:
    """Why two alleles can't be compared, as they are stated; else empty."""
    if alt == ".":
        return NO_ALTERNATIVE
    if alt == "*" or re.search(r"[][<>.]", ref + alt):
        return SYMBOLIC
    if not re.fullmatch("[ACGT]+", ref + alt):
        return LETTERS
    return EQUAL if ref == alt else ""


def unique(listed: pd.DataFrame) -> pd.DataFrame:
    """Each variant of ``LISTED`` once, in the order of their places."""
    once = listed.drop_duplicates("variant")
    return once.sort_values(["chrom", "start", "removed", "added"]).reset_index(drop=True)
