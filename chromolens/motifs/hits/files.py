"""Hits as files: a BED that is bgzipped and indexed, and a bigBed, with the same columns."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from chromolens import tables
from chromolens.genome.sizes import LAST_OF_TBI
from chromolens.runlog import atomic
from chromolens.tables.motifs import HITS
from chromolens.tracks import bigbed

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


def write_bed(hits: pd.DataFrame, path: str | Path) -> None:
    """Write ``hits`` (sorted by place) to ``path`` (.bed.gz), and its index (.tbi) beside it.

    Of hits behind ``LAST_OF_TBI`` the index is CSI, by the same name.
    """
    import pysam

    text = tables.to_text(HITS, hits)
    with atomic(f"{path}.tbi") as index, atomic(path) as packed:
        with pysam.BGZFile(str(packed), "w") as file:
            file.write(text.encode())
        pysam.tabix_index(
            str(packed), seq_col=0, start_col=1, end_col=2, zerobased=True, index=str(index),
            csi=bool((hits["end"] > LAST_OF_TBI).any()),
        )  # fmt: skip


def write_bigbed(hits: pd.DataFrame, sizes: Mapping[str, int], path: str | Path) -> None:
    """Write ``hits`` as a bigBed of ``sizes`` (bp); BadInput if it can't be read back in full."""
    numbers = hits.select_dtypes("float").columns
    words = hits.astype({name: str for name in numbers} | {"score": str})
    words[numbers] = hits[numbers].map("{:.6g}".format)
    bigbed.write_bigbed(words[HITS.names], sizes, path, autosql())


def autosql() -> str:
    """The columns as bigBed says them."""
    fields = [
        f'    {kind} {_BED_NAMES.get(name, name)}; "{about}"'
        for name, (kind, about) in _WHAT.items()
    ]
    return "\n".join(['table hits\n"Motifs by sequence and contribution"\n(', *fields, ")\n"])
