"""Variants for genome browsers: a bigBed with a row per variant and task."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from chromolens.tracks import bigbed

_WHAT = {
    "chrom": ("string", "chromosome"),
    "chromStart": ("uint", "first base that is replaced, or the one behind an insertion"),
    "chromEnd": ("uint", "behind the last base"),
    "name": ("string", "id in the file, or the variant"),
    "score": ("uint", "1000 x |effect| / the largest of the task"),
    "strand": ("char[1]", "."),
    "task": ("string", "name of the task"),
    "variant": ("string", "chrom:position:ref:alt, left-aligned"),
    "kind": ("string", "kind of change"),
    "effect": ("double", "difference of log-odds, or log2 fold change"),
    "p": ("double", "against matched nulls"),
    "q": ("double", "Benjamini-Hochberg"),
}


def write_bigbed(variants: pd.DataFrame, sizes: Mapping[str, int], path: str | Path) -> None:
    """Write ``VARIANTS`` of one model, each variant once a task, as a bigBed of ``sizes`` (bp)."""
    once = variants.drop_duplicates(["variant", "task"])
    largest = once["effect"].abs().groupby(once["task"]).transform("max")
    share = (once["effect"].abs() / largest.where(largest > 0, 1.0)).fillna(0)
    names = once["id"].where(once["id"] != ".", once["variant"])
    rows = pd.DataFrame({
        "chrom": once["chrom"],
        "start": once["start"],
        "end": once["start"] + once["removed"].str.len().clip(lower=1),
        "name": names.str.replace(r"\s+", " ", regex=True),
        "score": (1000 * share).round().astype(int).astype(str),
        "strand": ".",
    })  # fmt: skip
    rows[["task", "variant", "kind"]] = once[["task", "variant", "kind"]]
    numbers = ["effect", "p", "q"]
    rows[numbers] = once[numbers].map("{:.6g}".format)
    bigbed.write_bigbed(rows, sizes, path, autosql())


def autosql() -> str:
    """The columns as bigBed says them."""
    fields = [f'    {kind} {name}; "{about}"' for name, (kind, about) in _WHAT.items()]
    return "\n".join(['table variants\n"What models make of variants"\n(', *fields, ")\n"])
