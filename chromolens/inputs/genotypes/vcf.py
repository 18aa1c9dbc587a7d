"""Genotypes from VCF and BCF: called (GT), or dosages (DS).

Sites with several alternative alleles are left out and counted: a dosage counts one allele.
A call of which one allele is missing (``./1``) is missing, and counted too. A call of fewer or
more alleles than the ploidy counts by its share of alternative ones (a hemizygous 1 is 2 of 2, as
PLINK has it); one that gives no whole number then is missing.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pysam

from chromolens import texts
from chromolens.errors import BadInput
from chromolens.inputs.genotypes.calls import (
    DIPLOID,
    MISSING,
    UNLIKE_PLOIDY,
    Genotypes,
    Numbers,
    check_dosages,
    check_unique,
    found_ploidy,
    packed,
    stacked,
)
from chromolens.inputs.genotypes.places import named, placed
from chromolens.inputs.windows import Tally

_FIXED = 9  # columns before the samples
_SHARE = 0.01


def read_vcf(path: str, *, field: str, ploidy: int, missing: Sequence[str]) -> Genotypes:
    """Read a VCF or BCF, packed or not.

    ``field``: GT or DS; "" is GT where the first site has it. ``ploidy`` 0: the most alleles that
    1 % of the calls have; of DS 2 where any is above 1, else 1.
    """
    tally = Tally()
    samples, markers, columns, calls = _read(path, field, ploidy, missing, tally)
    check_unique(list(markers["marker"]), "marker", path)
    there = placed(markers, tally, path)
    ploidy = ploidy or calls.ploidy(columns)
    dosage = calls.dosage([columns[i] for i in np.flatnonzero(there)], ploidy, tally)
    return Genotypes(
        samples=np.array(samples, dtype=object),
        families=np.full(len(samples), "", dtype=object),
        markers=markers[there].reset_index(drop=True),
        dosage=dosage,
        ploidy=ploidy,
        tally=tally,
        notes={},
    )


def _read(
    path: str, field: str, ploidy: int, missing: Sequence[str], tally: Tally
) -> tuple[list[str], pd.DataFrame, list[np.ndarray], "_Calls | _Dosages"]:
    """Samples; markers; their calls, an array each; and what these calls mean."""
    calls, columns = None, []
    markers: list[tuple[str, str, int, str, str]] = []
    try:
        with seekable(path) as name, pysam.VariantFile(name) as file:
            samples = _samples(file, path)
            for record in _sites(file, tally):
                where = f"{path}, {record.chrom}:{record.pos}"
                stated = list(record.format)
                field = field or ("GT" if "GT" in stated else "DS")
                cells = _cells(record, stated, field, where)
                calls = calls or (_Calls() if field == "GT" else _Dosages(ploidy, missing))
                columns.append(calls.read(cells, samples, where))
                place = (record.id or ".", record.chrom, record.pos, record.ref, record.alts[0])
                markers.append(place)
    except BadInput:
        raise
    except (OSError, ValueError) as error:
        last = f", behind {markers[-1][1]}:{markers[-1][2]}" if markers else ""
        raise BadInput(
            f"{path} can't be read as VCF or BCF: {error}",
            where=f"{path}{last}",
            remedy="bcftools view says more",
        ) from error
    if calls is None:
        raise BadInput(
            "no site has one alternative allele",
            expected="one site or more",
            where=path,
            remedy="bcftools norm --multiallelics - splits sites",
        )
    table = pd.DataFrame(markers, columns=["marker", "chrom", "position", "ref", "alt"])
    return samples, named(table), columns, calls


def _samples(file: pysam.VariantFile, path: str) -> list[str]:
    samples = list(file.header.samples)
    if not samples:
        raise BadInput("the file has no samples", where=path)
    check_unique(samples, "sample", path)
    return samples


@contextmanager
def seekable(path: str) -> Iterator[str]:
    """``path``, or an unpacked copy of what gzip packed, not bgzip: htslib can't seek in that."""
    with open(path, "rb") as file:
        head = file.read(16)
    if head[:2] != b"\x1f\x8b" or head[12:14] == b"BC":
        yield path
        return
    with tempfile.NamedTemporaryFile(suffix=".vcf") as copy, texts.opened(path, "VCF") as stream:
        shutil.copyfileobj(stream, copy)
        copy.flush()
        yield copy.name


def _sites(file: pysam.VariantFile, tally: Tally) -> Iterator[pysam.VariantRecord]:
    """Yield the sites with one alternative allele; count the others."""
    for record in file:
        number = len(record.alts or ())
        if number == 1:
            yield record
        else:
            reason = "several alternative alleles" if number else "no alternative allele"
            tally.count(f"site with {reason}", "", 1, f"{record.chrom}:{record.pos}")


def _cells(record: pysam.VariantRecord, stated: list[str], field: str, where: str) -> list[str]:
    """The text of ``field`` of each sample; pysam's own objects take minutes."""
    if field not in stated:
        raise BadInput(
            f"the site has no {field}",
            expected=f"{field} at every site, as at the first; found {', '.join(stated)}",
            where=where,
            remedy="state `field`: GT or DS",
        )
    cells = str(record).rstrip("\n").split("\t")[_FIXED:]
    if len(stated) == 1:
        return cells
    place = stated.index(field)
    parts = (cell.split(":", place + 1) for cell in cells)
    return [part[place] if len(part) > place else "." for part in parts]


class _Calls(dict):
    """Text of a call -> its number, in the order in which texts are first seen."""

    def __init__(self) -> None:
        self._alternative: list[float] = []  # share of alternative alleles; NaN: missing
        self._alleles: list[int] = []  # 0: missing, or half missing
        self._examples: list[str] = []
        self._where = ""

    def read(self, cells: Sequence[str], samples: Sequence[str], where: str) -> np.ndarray:
        """Numbers int16 of the calls of one site."""
        self._where = where
        return np.fromiter(map(self.__getitem__, cells), np.int16, len(cells))

    def __missing__(self, text: str) -> int:
        alleles = text.replace("|", "/").lstrip("/").split("/")
        odd = [allele for allele in alleles if allele not in ("0", "1", ".")]
        if odd:
            raise BadInput(
                f"a sample has the call {text[:40]!r}",
                expected="0, 1 or '.' at a site with one alternative allele",
                where=self._where,
            )
        known = "." not in alleles
        self._alternative.append(alleles.count("1") / len(alleles) if known else np.nan)
        self._alleles.append(len(alleles) if known else 0)
        self._examples.append(f"{text} at {self._where.rpartition(', ')[2]}")
        self[text] = len(self)
        return self[text]

    def ploidy(self, columns: Sequence[np.ndarray]) -> int:
        """The most alleles that enough of the calls have; 2 where all are missing."""
        by_number = np.bincount(self._alleles, self._totals(columns))
        by_number[0] = 0
        often = np.flatnonzero(by_number > _SHARE * by_number.sum())
        return int(often[-1]) if len(often) else DIPLOID

    def dosage(self, columns: Sequence[np.ndarray], ploidy: int, tally: Tally) -> np.ndarray:
        """Dosages int8 (samples, markers); what became missing is counted in ``tally``."""
        values = np.array(self._alternative) * ploidy
        unlike = ~np.isnan(values) & (values % 1 != 0)
        half = np.array([text.strip("./|") != "" for text in self]) & np.isnan(values)
        totals = self._totals(columns)
        reasons = {"call with one allele missing, read as missing": half, UNLIKE_PLOIDY: unlike}
        for reason, which in reasons.items():
            for place in np.flatnonzero(which & (totals > 0)):
                tally.count(reason, "", int(totals[place]), self._examples[place])
        whole = np.where(unlike | np.isnan(values), MISSING, values).astype(np.int8)
        return np.ascontiguousarray(whole[np.stack(columns)].T)

    def _totals(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """How often each call stands there, (number of texts,)."""
        return sum(np.bincount(column, minlength=len(self)) for column in columns)


class _Dosages:
    """Estimated dosages, as they are."""

    def __init__(self, ploidy: int, missing: Sequence[str]):
        self._most, self._numbers = ploidy or DIPLOID, Numbers(missing)

    def read(self, cells: Sequence[str], samples: Sequence[str], where: str) -> np.ndarray:
        """Dosages of one site, int8 or float32."""
        values = self._numbers.read(cells)
        check_dosages(values, cells, self._most, samples, where)
        return packed(values)

    def ploidy(self, columns: Sequence[np.ndarray]) -> int:
        """2 where any dosage is above 1."""
        return found_ploidy(columns)

    def dosage(self, columns: Sequence[np.ndarray], ploidy: int, tally: Tally) -> np.ndarray:
        """Dosages (samples, markers)."""
        return np.ascontiguousarray(stacked(columns).T)
