"""Variants as users have them: VCF, BCF, variant-scorer's lists, tables of alleles.

All come back as one table, a row per alternative allele; nothing is judged here but the form of
the file.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from chromolens import texts
from chromolens.errors import BadInput
from chromolens.inputs.genotypes.vcf import seekable
from chromolens.tables.variants import LEFT_OUT

STATED = LEFT_OUT.after("reason")
"""Columns of a table of alleles as they are stated; ``position`` is 1-based."""

_COLUMNS = {
    "chrom": ("chrom", "chr", "chromosome"),
    "position": ("pos", "position"),
    "ref": ("ref", "reference", "allele1"),
    "alt": ("alt", "alternative", "allele2"),
    "id": ("id", "variant_id", "rsid", "snp"),
}
# Lists of variant-scorer have no header: places of their columns, and the base counted from.
_LISTS = {
    "chrombpnet": (["chrom", "position", "ref", "alt", "id"], 1),
    "original": (["chrom", "position", "id", "ref", "alt"], 1),
    "plink": (["chrom", "id", "", "position", "ref", "alt"], 1),
    "bed": (["chrom", "position", "", "ref", "alt", "id"], 0),
}
_ALLELE = re.compile("[ACGTNacgtn]+")
_VCF = (".vcf", ".bcf")


def is_vcf(path: str | Path) -> bool:
    """Whether ``path`` is called as VCF and BCF files are, packed or not."""
    return any(suffix in _VCF for suffix in Path(path).suffixes)


def read_variants(path: str | Path) -> pd.DataFrame:
    """Read a file of variants: ``STATED``, alleles in capitals, records in the file's order.

    A record of VCF without an alternative allele has a row with the allele ``.``.

    Raises
    ------
    BadInput
        A file that can't be read, without records, or of ids alone; a VCF whose records aren't
        sorted, so that it can't be indexed; a table whose columns can't be told.
    """
    rows = list(_of_vcf(str(path)) if is_vcf(path) else _of_table(str(path)))
    if not rows:
        raise BadInput("no variants", expected="one record or more", where=str(path))
    return pd.DataFrame(rows, columns=STATED)


def _of_vcf(path: str) -> Iterator[tuple]:
    import pysam

    seen: set[str] = set()
    last, number = ("", 0), -1
    try:
        with seekable(path) as name, pysam.VariantFile(name) as file:
            for number, record in enumerate(file):
                _check_sorted(path, record, last, seen)
                last = (record.chrom, record.pos)
                for allele, alt in enumerate(record.alts or (".",), 1):
                    place = (number, allele, record.id or ".", record.chrom, record.pos)
                    yield (*place, record.ref.upper(), alt.upper())
    except (OSError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        behind = f", behind record {number + 1} ({last[0]}:{last[1]})" if number >= 0 else ""
        raise BadInput(
            f"{path} can't be read as VCF or BCF: {error}",
            where=f"{path}{behind}",
            remedy="bcftools view says more",
        ) from error


def _check_sorted(path: str, record: object, last: tuple[str, int], seen: set[str]) -> None:
    """BadInput unless ``record`` may follow the place ``last``; ``seen``: chromosomes so far."""
    again = record.chrom != last[0] and record.chrom in seen
    if again or (record.chrom == last[0] and record.pos < last[1]):
        raise BadInput(
            f"{record.chrom}:{record.pos} stands behind {last[0]}:{last[1]}",
            expected="records sorted by place, so that the annotated file can be indexed",
            where=path,
            remedy="bcftools sort FILE",
        )
    seen.add(record.chrom)


def _of_table(path: str) -> Iterator[tuple]:
    expected = "a table of variants, or a VCF called .vcf, .vcf.gz or .bcf"
    rows = list(texts.uncommented(path, expected))
    if not rows:
        return
    named = _header(rows[0][1])
    columns, first = (named, 1) if named else _layout(path, [row for _, row in rows])
    for number, (line, row) in enumerate(rows[bool(named) :]):
        cells = dict(zip(columns, row, strict=True))
        position = cells["position"].strip().replace(",", "")
        if not position.isdecimal():
            raise BadInput(
                f"position {cells['position']!r}",
                expected="a whole number, the first base is 1",
                where=f"{path}, line {line}",
            )
        alleles = [cells[key].strip().upper() or "." for key in ("ref", "alt")]
        place = cells["chrom"].strip(), int(position) + 1 - first
        yield (number, 1, cells.get("id", "").strip() or ".", *place, *alleles)


def _header(row: Sequence[str]) -> list[str]:
    """The row of names as our names (empty: another column); nothing unless it has all four."""
    ours = {own: name for name, known in _COLUMNS.items() for own in known}
    found = [ours.get(cell.strip().lstrip("#").lower(), "") for cell in row]
    return found if {"chrom", "position", "ref", "alt"} <= set(found) else []


def _layout(path: str, rows: Sequence[Sequence[str]]) -> tuple[list[str], int]:
    """Columns of a list without a header, and the number of the first base.

    BadInput where its alleles can't be found.
    """
    for columns, first in _LISTS.values():
        if len(columns) == len(rows[0]) and all(_fits(columns, row) for row in rows):
            return columns, first
    ids = all(re.fullmatch(r"rs\d+", cell) for row in rows[:9] for cell in row[:1])
    raise BadInput(
        "a list of ids, and an id is no allele" if ids else "the columns can't be told apart",
        expected="a line of names with chrom, pos, ref, alt (and id), or one of variant-scorer's "
        f"lists ({', '.join(_LISTS)})",
        where=f"{path}, line 1: {' '.join(rows[0])[:80]}",
        remedy="take the records of these ids from dbSNP's VCF of your assembly: "
        "bcftools view --include ID=@IDS dbsnp.vcf.gz"
        if ids
        else "",
    )


def _fits(columns: Sequence[str], row: Sequence[str]) -> bool:
    cells = dict(zip(columns, row, strict=True))
    letters = all(_ALLELE.fullmatch(cells[key].strip()) for key in ("ref", "alt"))
    return letters and cells["position"].strip().isdecimal()
