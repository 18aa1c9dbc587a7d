"""bigBed files: stretches with columns of their own, whole or there is a message."""

import struct
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from chromolens.errors import BadInput
from chromolens.runlog import atomic

_BIGBED, _TREE, _INDEX = 0x8789F2EB, 0x78CA8C91, 0x2468ACE0


def write_bigbed(
    rows: pd.DataFrame, sizes: Mapping[str, int], path: str | Path, autosql: str, bed: int = 6
) -> None:
    """Write ``rows`` as a bigBed of ``sizes`` (bp); BadInput if it can't be read back in full.

    ``rows`` has chrom, start, end and further columns, all text; ``autosql`` says what they are.
    The first ``bed`` columns are those of BED: browsers would draw others by their place alone.
    """
    with atomic(path) as temporary:
        if len(rows):
            _write(rows, sizes, temporary, autosql)
            _say_columns(temporary, bed)
        else:
            temporary.write_bytes(_empty(autosql, bed))
        _check(len(rows), temporary)


def _write(rows: pd.DataFrame, sizes: Mapping[str, int], path: Path, autosql: str) -> None:
    import pybigtools

    ordered = rows.sort_values(["chrom", "start", "end"], kind="stable")
    rest = ordered.iloc[:, 3:].agg("\t".join, axis=1)
    places = zip(ordered["chrom"], ordered["start"], ordered["end"], rest, strict=True)
    pybigtools.open(str(path), "w").write(dict(sizes), places, autosql=autosql)


def _say_columns(path: Path, bed: int) -> None:
    """The library says that all columns are BED's; the header's ``definedFieldCount`` is at 34."""
    with open(path, "r+b") as file:
        file.seek(34)
        file.write(struct.pack("<H", bed))


def _empty(autosql: str, bed: int) -> bytes:
    """A bigBed without chromosomes, which the library doesn't write.

    As in the format's paper (Kent et al. 2010, Bioinformatics 26:2204, supplement): a header,
    the columns, a summary of nothing, a tree of no names, no data, an index of nothing.
    """
    columns = autosql.encode() + b"\0"
    summary = 64 + len(columns)
    tree = summary + 40
    data = tree + 36
    fields = autosql.count(";")
    head = struct.pack(
        "<IHHQQQHHQQIQ", _BIGBED, 4, 0, tree, data, data + 8, fields, bed, 64, summary, 0, 0
    )
    names = struct.pack("<IIIIQQBBH", _TREE, 1, 1, 8, 0, 0, 1, 0, 0)
    index = struct.pack("<IIQIIIIQIIBBH", _INDEX, 1, 0, 0, 0, 0, 0, data + 8, 1, 0, 1, 0, 0)
    return head + columns + bytes(40) + names + bytes(8) + index


def _check(rows: int, path: Path) -> None:
    """The library prints its errors and goes on: so count what was written."""
    import pyBigWig

    file = pyBigWig.open(str(path))
    try:
        written = sum(len(file.entries(c, 0, size) or []) for c, size in file.chroms().items())
    finally:
        file.close()
    if written != rows:
        raise BadInput(f"{written} of {rows} rows were written", where=str(path))
