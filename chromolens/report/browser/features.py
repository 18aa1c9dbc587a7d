"""What lies at places: events, genes, planted instances, subsets, hits; as tables and as bigBed.

A table has the columns of BED6 and, where its rows have parts, of BED12: all text but start and
end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from chromolens import tables
from chromolens.genome.sizes import sizes_of
from chromolens.inputs.peaks import read_genes, read_peaks
from chromolens.report.annotation import rows_of_bed
from chromolens.report.browser.signals import View
from chromolens.report.contents import Contents
from chromolens.study import Study
from chromolens.tables.motifs import HITS
from chromolens.tracks.bigbed import write_bigbed

BED6 = ["chrom", "start", "end", "name", "score", "strand"]
BED12 = [*BED6, "thickStart", "thickEnd", "itemRgb", "blockCount", "blockSizes", "blockStarts"]

_TYPES = {"chrom": "string", "name": "string", "strand": "char[1]"}
_TYPES |= dict.fromkeys(("blockSizes", "blockStarts"), "int[blockCount]")


@dataclass(frozen=True)
class Features:
    """One bigBed and its rows; ``view`` where it is of one attribution.

    ``kind`` is events, genes, planted, subsets or hits.
    """

    kind: str
    path: Path
    rows: pd.DataFrame
    view: View | None = None

    @property
    def title(self) -> str:
        """Its name beside the track."""
        return self.kind if self.view is None else f"{self.view.task} {self.kind}"

    @property
    def columns(self) -> int:
        """Columns of BED that it has: 6 or 12."""
        return 12 if "blockCount" in self.rows else 6


def features(study: Study, contents: Contents) -> list[Features]:
    """All that the study has; the bigBeds of hits, which come last, are ``find_hits``'."""
    made = {"genes": _genes, "planted": _planted, "events": _events, "subsets": _subsets}
    found = [
        Features(kind, study.place(f"{kind}_bigbed"), read(study, contents))
        for kind, read in made.items()
        if f"{kind}_bigbed" in study
    ]
    return found + list(_hits(study))


def write_features(study: Study, found: list[Features]) -> None:
    """Write a bigBed of each kind but hits."""
    sizes = sizes_of(study.path("chromosomes"))
    for each in found:
        if each.kind != "hits":
            words = each.rows.astype({name: str for name in each.rows.columns[3:]})
            write_bigbed(words, sizes, each.path, _autosql(each), each.columns)


def _autosql(each: Features) -> str:
    names = {"start": "chromStart", "end": "chromEnd"}
    fields = [
        f'    {_TYPES.get(name, "uint")} {names.get(name, name)}; "{name}"' for name in each.rows
    ]
    return "\n".join([f'table {each.kind}\n"{each.kind}"\n(', *fields, ")\n"])


def _events(study: Study, contents: Contents) -> pd.DataFrame:
    """The peaks of all tasks, each with the name of its task."""
    sizes, names = sizes_of(study.path("chromosomes")), dict(contents.chromosome_names)
    found = []
    for task, given in contents.peaks.items():
        for path in [given] if isinstance(given, str | Path) else given:
            found.append(read_peaks(path, sizes, names).assign(name=task))
    return _bed6(pd.concat(found))


def _genes(study: Study, contents: Contents) -> pd.DataFrame:
    sizes = sizes_of(study.path("chromosomes"))
    return _bed6(read_genes(contents.genes, sizes, dict(contents.chromosome_names))[0])


def _planted(study: Study, contents: Contents) -> pd.DataFrame:
    """Planted instances, with what each is (causal, alone, decoy)."""
    rows = [
        (chrom, int(start), int(end), f"{name} ({role})", score, strand)
        for chrom, start, end, name, score, strand, role, *_ in rows_of_bed(contents.truth)
    ]
    return _bed6(pd.DataFrame(rows, columns=BED6))


def _subsets(study: Study, contents: Contents) -> pd.DataFrame:
    """Sufficient subsets: their parts are the bases that were kept."""
    rows = [
        (chrom, int(start), int(end), f"{task} ({model})", *others)
        for (model, task), path in study.paths("sis_bed", ("model", "task")).items()
        for chrom, start, end, _, *others in rows_of_bed(path)
    ]
    return pd.DataFrame(rows, columns=BED12)


def _hits(study: Study) -> Iterator[Features]:
    if "hits" not in study:
        return
    keys = ("model", "task", "method")
    packed = study.paths("hits_bigbed", keys)
    for key, path in study.paths("hits", keys).items():
        yield Features("hits", packed[key], tables.read(HITS, path), View(*key))


def _bed6(table: pd.DataFrame) -> pd.DataFrame:
    """``table`` as BED6: scores of bigBed are whole numbers to 1000, names have no tabs."""
    whole = {"score": 0, "strand": "."} | dict(table)
    table = pd.DataFrame(whole).reset_index(drop=True)
    score = pd.to_numeric(table["score"]).fillna(0).clip(0, 1000).astype(int)
    strand = table["strand"].where(table["strand"].isin(["+", "-"]), ".")
    name = table["name"].str.replace(r"\s+", " ", regex=True)
    return table.assign(score=score, strand=strand, name=name)[BED6]
