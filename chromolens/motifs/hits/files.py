"""Hits as files: a BED that is bgzipped and indexed, and a bigBed, with the same columns."""

import struct
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.runlog import atomic
from chromolens.tables.motifs import HITS

_WHAT = {
    "chrom": ("string", "chromosome"),
    "start": ("uint", "first base, 0-based"),
    "end": ("uint", "behind the last base"),
    "name": ("string", "name in the database, or the motif's id"),
    "score": ("uint", "1000 x |contribution| / the largest"),
    "strand": ("char[1]", "on which the sequence reads as the motif"),
    "motif": ("string", "id in the lexicon"),
    "match": ("double", "log-odds of the sequence, bits"),
    "p": ("double", "of the match"),
    "contribution": ("double", "sum over the bases"),
    "contribution_p": ("double", "share of shuffled motifs' sites with as much"),
    "agreement": ("double", "cosine of contributions and information"),
    "combined": ("double", "log-odds of the sequence + contribution, nats"),
    "q": ("double", "share of false hits at this combined score or more"),
    "probability": ("double", "that the site lies at an event, by other folds"),
    "window": ("string", "id of the window around it"),
    "fold": ("string", "whose models had not seen this chromosome"),
    "over": ("string", "motif of a better hit over it, or a dot"),
}
_BED_NAMES = {"start": "chromStart", "end": "chromEnd"}
_BIGBED, _TREE, _INDEX = 0x8789F2EB, 0x78CA8C91, 0x2468ACE0


def write_bed(hits: pd.DataFrame, path: str | Path) -> None:
    """Write ``hits`` (sorted by place) to ``path`` (.bed.gz), and its index (.tbi) beside it."""
    import pysam

    text = tables.to_text(HITS, hits)
    with atomic(f"{path}.tbi") as index, atomic(path) as packed:
        with pysam.BGZFile(str(packed), "w") as file:
            file.write(text.encode())
        pysam.tabix_index(
            str(packed), seq_col=0, start_col=1, end_col=2, zerobased=True, index=str(index)
        )


def write_bigbed(hits: pd.DataFrame, sizes: Mapping[str, int], path: str | Path) -> None:
    """Write ``hits`` as a bigBed of ``sizes`` (bp); BadInput if it can't be read back in full."""
    with atomic(path) as temporary:
        if len(hits):
            _write(hits, sizes, temporary)
        else:
            temporary.write_bytes(_empty())
        _check(hits, temporary)


def autosql() -> str:
    """The columns as bigBed says them."""
    fields = [
        f'    {kind} {_BED_NAMES.get(name, name)}; "{about}"'
        for name, (kind, about) in _WHAT.items()
    ]
    return "\n".join(['table hits\n"Motifs by sequence and contribution"\n(', *fields, ")\n"])


def _write(hits: pd.DataFrame, sizes: Mapping[str, int], path: Path) -> None:
    import pybigtools

    ordered = hits.sort_values(["chrom", "start", "end"], kind="stable")
    numbers = ordered.select_dtypes("float").columns
    words = ordered.astype({name: str for name in numbers} | {"score": str})
    words[numbers] = ordered[numbers].map("{:.6g}".format)
    rest = words[HITS.names[3:]].agg("\t".join, axis=1)
    places = zip(ordered["chrom"], ordered["start"], ordered["end"], rest, strict=True)
    pybigtools.open(str(path), "w").write(dict(sizes), places, autosql=autosql())


def _empty() -> bytes:
    """A bigBed without chromosomes, which the library doesn't write.

    As in the format's paper (Kent et al. 2010, Bioinformatics 26:2204, supplement): a header,
    the columns, a summary of nothing, a tree of no names, no data, an index of nothing.
    """
    columns = autosql().encode() + b"\0"
    summary = 64 + len(columns)
    tree = summary + 40
    data = tree + 36
    head = struct.pack(
        "<IHHQQQHHQQIQ", _BIGBED, 4, 0, tree, data, data + 8, 16, 6, 64, summary, 0, 0
    )
    names = struct.pack("<IIIIQQBBH", _TREE, 1, 1, 8, 0, 0, 1, 0, 0)
    index = struct.pack("<IIQIIIIQIIBBH", _INDEX, 1, 0, 0, 0, 0, 0, data + 8, 1, 0, 1, 0, 0)
    return head + columns + bytes(40) + names + bytes(8) + index


def _check(hits: pd.DataFrame, path: Path) -> None:
    """The library prints its errors and goes on: so count what was written."""
    import pyBigWig

    file = pyBigWig.open(str(path))
    try:
        written = sum(len(file.entries(c, 0, size) or []) for c, size in file.chroms().items())
    finally:
        file.close()
    if written != len(hits):
        raise BadInput(f"{written} of {len(hits)} hits were written", where=str(path))
