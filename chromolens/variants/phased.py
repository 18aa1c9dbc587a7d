"""Alternative alleles that one phased haplotype carries near each other.

They are scored together and apart, in the same windows. The alleles stand where the file says: an
indel that were moved to the left could pass another allele of its haplotype.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pysam

from chromolens.errors import BadInput
from chromolens.genome.fasta import Genome
from chromolens.inputs.genotypes.vcf import seekable
from chromolens.inputs.windows import Tally
from chromolens.tables.variants import PHASED, PHASED_DROPPED
from chromolens.variants.listed import Reading
from chromolens.variants.normalise import Change, letters, trimmed
from chromolens.variants.reading import is_vcf

UNPHASED = "heterozygous and not phased"
OVERLAP = "does not lie behind the allele before it on its haplotype"
TURNED = "swapped: the haplotype with the other allele is the genome's"
REACH = 0.5
"""Longest stretch of alleles that are scored together, as a share of the window."""

Carried = tuple[str, Change]
"""Name of a variant, and its alleles trimmed, where the file has them."""


def read_phased(
    path: str | Path, listed: pd.DataFrame, genome: Genome, reading: Reading, window: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``PHASED`` and ``PHASED_DROPPED`` of the genotypes in a VCF.

    ``listed`` is ``LISTED`` of the same file. BadInput for another kind of file, and for one
    without samples.
    """
    if not is_vcf(path):
        raise BadInput(
            "haplotypes are asked for, and this file has no genotypes",
            expected="a VCF or BCF with phased genotypes (0|1)",
            where=str(path),
            remedy="leave out variants.haplotypes",
        )
    alleles = {
        (row.record, row.allele): (row.variant, _stated(row))
        for row in listed[listed["ref_match"] == "ref"].itertuples()
    }
    tally, found = Tally(), Counter()
    turned = listed.loc[listed["ref_match"] == "alt", "variant"]
    tally.add(TURNED, "", turned)
    with seekable(str(path)) as name, pysam.VariantFile(name) as file:
        if not len(file.header.samples):
            raise BadInput(
                "haplotypes are asked for, and the file has no samples",
                expected="genotypes of one sample or more, phased (0|1)",
                where=str(path),
                remedy="leave out variants.haplotypes",
            )
        found.update(_groups(file, alleles, round(REACH * window), tally))
    rows = []
    for group, carriers in sorted(found.items(), key=_place):
        whole = _whole(genome, group)
        alone = [_alone(whole, change) for _, change in group]
        if reason := next(filter(None, map(reading.unfit, [whole, *alone])), ""):
            tally.add(reason, "", [" + ".join(name for name, _ in group)])
            continue
        rows.append({
            "haplotype": f"h{len(rows)}", "chrom": whole.chrom, "start": whole.start,
            "removed": whole.removed, "added": whole.added, "fold": reading.fold_of(whole),
            "variants": ",".join(name for name, _ in group), "carriers": carriers,
            "alone": ",".join(change.added for change in alone),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=PHASED.names), tally.table()[PHASED_DROPPED.names]


def _stated(row: object) -> Change:
    return trimmed(Change(row.chrom, row.position - 1, row.ref, row.alt))


def _place(item: tuple[tuple[Carried, ...], int]) -> tuple:
    group, _ = item
    return tuple(change for _, change in group)


def _groups(
    file: pysam.VariantFile,
    alleles: Mapping[tuple[int, int], Carried],
    reach: int,
    tally: Tally,
) -> Iterator[tuple[Carried, ...]]:
    """The alleles, two or more, of each haplotype that lie within ``reach`` bp."""
    copies: dict[tuple[str, int], _Copy] = {}
    for number, record in enumerate(file):
        for sample, call in record.samples.items():
            indices = call.allele_indices or ()
            if not call.phased and len(set(indices)) > 1:
                tally.add(UNPHASED, "", [f"{record.chrom}:{record.pos} {sample}"])
                continue
            for copy, allele in enumerate(indices):
                own = copies.setdefault((sample, copy), _Copy())
                carried = alleles.get((number, allele))
                yield from own.ended(carried, call.get("PS"), reach)
                if carried and own.alleles and _overlap(own.alleles[-1][1], carried[1]):
                    tally.add(OVERLAP, "", [f"{carried[0]} {sample}"])
                elif carried:
                    own.alleles.append(carried)
    for own in copies.values():
        yield from own.group()


@dataclass
class _Copy:
    """Alleles near each other on one copy of a sample's chromosomes, and their phase set."""

    alleles: list[Carried] = field(default_factory=list)
    phase: object = None

    def ended(
        self, carried: Carried | None, phase: object, reach: int
    ) -> Iterator[tuple[Carried, ...]]:
        """The group that ends where ``carried`` lies far away, or another phase set begins.

        A call without a phase set (VCF's PS) is phased with all others.
        """
        other = phase is not None and self.phase not in (None, phase)
        far = carried and self.alleles and not _within(self.alleles[0][1], carried[1], reach)
        if other or far:
            yield from self.group()
            self.alleles = []
        self.phase = self.phase if phase is None else phase

    def group(self) -> Iterator[tuple[Carried, ...]]:
        """Two alleles or more."""
        if len(self.alleles) > 1:
            yield tuple(self.alleles)


def _overlap(before: Change, own: Change) -> bool:
    return before.chrom == own.chrom and own.start < before.start + len(before.removed)


def _within(first: Change, own: Change, reach: int) -> bool:
    return first.chrom == own.chrom and own.start + len(own.removed) - first.start <= reach


def _whole(genome: Genome, group: tuple[Carried, ...]) -> Change:
    """All alleles of a group as one change of the stretch from the first to the last."""
    changes = [change for _, change in group]
    start, last = changes[0].start, changes[-1]
    text = letters(genome, last.chrom, start, last.start + len(last.removed))
    return Change(last.chrom, start, text, _with(text, start, changes))


def _alone(whole: Change, change: Change) -> Change:
    """The stretch of ``whole`` with one of its alleles."""
    return Change(*whole[:3], _with(whole.removed, whole.start, [change]))


def _with(text: str, start: int, changes: list[Change]) -> str:
    """``text``, which begins at base ``start``, with ``changes``."""
    for change in reversed(changes):
        at = change.start - start
        text = text[:at] + change.added + text[at + len(change.removed) :]
    return text
