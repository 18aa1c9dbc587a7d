"""Genotypes from PLINK's .bed, .bim and .fam."""

from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import texts
from chromolens.errors import BadInput
from chromolens.inputs.genotypes.calls import (
    DIPLOID,
    MISSING,
    UNLIKE_PLOIDY,
    Genotypes,
    check_unique,
)
from chromolens.inputs.genotypes.places import base, named, placed
from chromolens.inputs.windows import Tally

_MAGIC = b"\x6c\x1b\x01"
_UNKNOWN = -127  # bed-reader's missing int8
_CELLS = 6


def read_plink(path: str, *, bim: str, fam: str, bases_per_unit: float, ploidy: int) -> Genotypes:
    """Read a .bed and its .bim and .fam (beside it where they are not stated).

    Counted are copies of the .bim's first allele (A1). The format has pairs of alleles only:
    with ``ploidy`` 1 homozygous calls are 0 and 1, and heterozygous ones missing.
    """
    from bed_reader import open_bed  # those who only read stores have no bed-reader

    if ploidy > DIPLOID:
        raise BadInput(f"a .bed of ploidy {ploidy}", expected="1 or 2 (0: 2)", where=path)
    tally = Tally()
    bim, fam = (
        own or str(Path(path).with_suffix(end)) for own, end in ((bim, ".bim"), (fam, ".fam"))
    )
    people = pd.DataFrame([row for _, row in _rows(fam)], dtype=str)
    check_unique(list(people[1]), "sample", fam)
    markers = _markers(bim, bases_per_unit)
    _check_bed(path, len(people), len(markers))
    there = placed(markers, tally, bim)
    with open_bed(path, iid_count=len(people), sid_count=len(markers)) as bed:
        dosage = bed.read(np.s_[:, there], dtype="int8", order="C")
    dosage[dosage == _UNKNOWN] = MISSING
    if ploidy == 1:
        _count_heterozygous(dosage, people[1], markers["marker"][there], tally)
        dosage = np.array([0, MISSING, 1, MISSING], dtype=np.int8)[dosage]
    return Genotypes(
        samples=people[1].to_numpy(dtype=object),
        families=people[0].replace("0", "").to_numpy(dtype=object),  # 0: none
        markers=markers[there].reset_index(drop=True),
        dosage=dosage,
        ploidy=ploidy or DIPLOID,
        tally=tally,
        notes={},
    )


def _rows(path: str) -> list[tuple[int, list[str]]]:
    """Line numbers and the six cells of each line of a .bim or .fam."""
    rows = [(number, line.split()) for number, line in texts.lines(path) if line.strip()]
    for number, row in rows:
        if len(row) != _CELLS:
            raise BadInput(
                f"{len(row)} cells",
                expected=f"{_CELLS}, as PLINK's .bim and .fam have",
                where=f"{path}, line {number}",
            )
    if not rows:
        raise BadInput("the file is empty", expected="a line per marker or sample", where=path)
    return rows


def _markers(path: str, bases_per_unit: float) -> pd.DataFrame:
    rows = _rows(path)
    table = pd.DataFrame(
        [row for _, row in rows], columns=["chrom", "marker", "cm", "position", "alt", "ref"]
    )
    table["position"] = [
        base(row[3], bases_per_unit, f"{path}, line {number}") for number, row in rows
    ]
    markers = named(table[["marker", "chrom", "position", "ref", "alt"]])
    check_unique(list(markers["marker"]), "marker", path)
    return markers


def _check_bed(path: str, samples: int, markers: int) -> None:
    """Raise BadInput unless the file is a .bed of this many samples and markers."""
    try:
        with open(path, "rb") as file:
            head, size = file.read(len(_MAGIC)), Path(path).stat().st_size
    except OSError as error:
        raise BadInput(f"{path} can't be read: {error.strerror}", where=path) from error
    if head != _MAGIC:
        raise BadInput(
            f"{path} begins with the bytes {head.hex(' ') or '(none)'}",
            expected=f"PLINK's .bed, marker by marker: {_MAGIC.hex(' ')}",
            where=path,
            remedy="plink --bfile NAME --make-bed --out OTHER",
        )
    wanted = len(_MAGIC) + markers * -(-samples // 4)
    if size != wanted:
        raise BadInput(
            f"{path} has {size} bytes",
            expected=f"{wanted} for the {samples} samples of the .fam and {markers} markers of "
            "the .bim",
            where=path,
            remedy="take the three files of one run of PLINK",
        )


def _count_heterozygous(
    dosage: np.ndarray, samples: pd.Series, markers: pd.Series, tally: Tally
) -> None:
    where = dosage == 1
    if where.any():
        sample, marker = np.unravel_index(where.argmax(), where.shape)
        example = f"{samples.iloc[sample]} at {markers.iloc[marker]}"
        tally.count(UNLIKE_PLOIDY, "", int(where.sum()), example)
