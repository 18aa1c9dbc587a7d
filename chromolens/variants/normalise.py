"""One form for each variant: trimmed, and an indel as far to the left as it can stand.

As in Tan et al. (2015), Bioinformatics 31:2202: however a variant is written, its haplotype is the
same, and this form with it. Inside, no base stands beside the change, so that of an insertion
``removed`` is empty; VCF takes a base beside it.
"""

from typing import NamedTuple

from chromolens.genome.fasta import Genome
from chromolens.genome.onehot import BASES, sequence_of

_STEP = 100  # bases read to the left at a time
_OTHER = str.maketrans("ACGT", "TGCA")
_LENGTHS = ((1, 1), (2, 4), (5, 15))


class Change(NamedTuple):
    """``removed`` at ``start`` (0-based) of ``chrom`` gives way to ``added``."""

    chrom: str
    start: int
    removed: str
    added: str


def letters(genome: Genome, chrom: str, start: int, end: int) -> str:
    """A, C, G, T of the genome, and N for any other letter."""
    return sequence_of(genome.codes(chrom, start, end))


def normalise(genome: Genome, change: Change) -> Change:
    """The one form of ``change``, whose ``removed`` is what the genome has there.

    The alleles are different and in capitals.
    """
    chrom, start, removed, added = change = trimmed(change)
    if removed and added:
        return change
    start, moved = _leftmost(genome, chrom, start, removed or added)
    return Change(chrom, start, moved if removed else "", moved if added else "")


def trimmed(change: Change) -> Change:
    """``change`` without the bases that its alleles share at their ends."""
    chrom, start, removed, added = change
    while removed and added and removed[-1] == added[-1]:
        removed, added = removed[:-1], added[:-1]
    while removed and added and removed[0] == added[0]:
        start, removed, added = start + 1, removed[1:], added[1:]
    return Change(chrom, start, removed, added)


def _leftmost(genome: Genome, chrom: str, start: int, bases: str) -> tuple[int, str]:
    """Where ``bases``, gone or new at ``start``, may stand furthest to the left, and as what."""
    before, first = "", start
    while start:
        if start == first:
            first = max(0, start - _STEP)
            before = letters(genome, chrom, first, start)
        if before[start - first - 1] != bases[-1]:
            break
        start, bases = start - 1, bases[-1] + bases[:-1]
    return start, bases


def name_of(genome: Genome, change: Change) -> str:
    """``chrom:position:ref:alt`` as VCF writes it."""
    chrom, start, removed, added = change
    if removed and added:
        return f"{chrom}:{start + 1}:{removed}:{added}"
    if start:
        beside = letters(genome, chrom, start - 1, start)
        return f"{chrom}:{start}:{beside}{removed}:{beside}{added}"
    beside = letters(genome, chrom, len(removed), len(removed) + 1)
    return f"{chrom}:1:{removed}{beside}:{added}{beside}"


def kind_of(genome: Genome, change: Change) -> str:
    """The kind of a normalised change; nulls are matched within it.

    A substitution of one base by its neighbours, on the strand on which it is C or T; an insertion
    or deletion by its length. ``other`` is what has no matched nulls: several bases replaced,
    longer indels, and what lies beside unknown bases or the end of a chromosome.
    """
    chrom, start, removed, added = change
    if len(removed) == len(added) == 1:
        if not 0 < start < genome.sizes[chrom] - 1:
            return "other"
        before, _, after = letters(genome, chrom, start - 1, start + 2)
        known = before in BASES and after in BASES
        return substitution(before, removed, after, added) if known else "other"
    if removed and added:
        return "other"
    length, what = len(removed or added), "deletion" if removed else "insertion"
    return next((f"{what} {_span(*span)}" for span in _LENGTHS if span[0] <= length <= span[1]),
                "other")  # fmt: skip


def substitution(before: str, removed: str, after: str, added: str) -> str:
    """``A[C>T]G``: one base and its neighbours, on the strand on which it is C or T."""
    if removed in "AG":
        before, after = after.translate(_OTHER), before.translate(_OTHER)
        removed, added = removed.translate(_OTHER), added.translate(_OTHER)
    return f"{before}[{removed}>{added}]{after}"


def indel_kinds() -> dict[str, tuple[int, int]]:
    """Kinds of insertions and deletions: their shortest and longest."""
    return {f"{what} {_span(*span)}": span for what in ("deletion", "insertion")
            for span in _LENGTHS}  # fmt: skip


def _span(least: int, most: int) -> str:
    return str(least) if least == most else f"{least}-{most}"
