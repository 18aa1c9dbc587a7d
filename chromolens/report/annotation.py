"""What is known about places of the genome: events, genes, planted instances."""

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chromolens.genome.fasta import chromosome_sizes
from chromolens.inputs.peaks import read_genes, read_peaks
from chromolens.report.contents import Contents


@dataclass(frozen=True)
class Mark:
    """One annotated stretch, 0-based half-open; ``kind`` is event, gene, hit or planted."""

    kind: str
    chrom: str
    start: int
    end: int
    name: str
    strand: str = "."


@dataclass(frozen=True)
class Annotation:
    """All marks of a study, by chromosome."""

    marks: dict[str, list[Mark]] = field(default_factory=dict)

    def within(self, chrom: str, start: int, end: int) -> list[Mark]:
        """Marks that overlap [start, end)."""
        there = self.marks.get(chrom, [])
        return [mark for mark in there if mark.start < end and mark.end > start]


def annotation(study: Contents) -> Annotation:
    """Read events, genes and planted instances, as far as the study has them."""
    if study.fasta is None:
        return Annotation()
    sizes = chromosome_sizes(study.fasta)
    marks: dict[str, list[Mark]] = {}
    for mark in (*_events(study, sizes), *_genes(study, sizes), *_planted(study)):
        marks.setdefault(mark.chrom, []).append(mark)
    return Annotation(marks)


def _events(study: Contents, sizes: dict[str, int]) -> Iterator[Mark]:
    for task, given in study.peaks.items():
        paths = [given] if isinstance(given, (str, Path)) else given
        yield from (mark for path in paths for mark in _summits(study, task, path, sizes))


def _summits(study: Contents, task: str, path: Path, sizes: dict[str, int]) -> list[Mark]:
    table = read_peaks(path, sizes, dict(study.chromosome_names))
    places = zip(table["chrom"], table["summit"], strict=True)
    return [Mark("event", chrom, int(at), int(at) + 1, task) for chrom, at in places]


def _genes(study: Contents, sizes: dict[str, int]) -> Iterator[Mark]:
    if study.genes is None:
        return
    table, _ = read_genes(study.genes, sizes, dict(study.chromosome_names))
    for row in table.itertuples():
        yield Mark("gene", row.chrom, int(row.start), int(row.end), row.name, row.strand)


def _planted(study: Contents) -> Iterator[Mark]:
    if study.truth is None:
        return
    for line in _lines(study.truth):
        chrom, start, end, name, _, strand = line[:6]
        yield Mark("planted", chrom, int(start), int(end), name, strand)


def _lines(path: Path) -> list[Sequence[str]]:
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt") as lines:
        fields = [line.rstrip("\n").split("\t") for line in lines]
    return [row for row in fields if len(row) >= 6 and not row[0].startswith("#")]
