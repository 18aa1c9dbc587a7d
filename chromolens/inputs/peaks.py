"""Intervals that others made: peaks (BED, narrowPeak), exclusion lists (BED), genes (GFF3).

All come back 0-based half-open with the chromosome names of the FASTA; ``chromosome_names`` says
``{name in the file: name in the FASTA}``, or None for a chromosome to leave out. ``sizes`` are the
FASTA's, in bp. Files may be gzipped. Whatever is wrong is BadInput with the file and line.
"""

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import pandas as pd

from chromolens.errors import BadInput
from chromolens.genome.names import mapping_line, suggest_names

Names = Mapping[str, str | None]

_NARROWPEAK_COLUMNS = 10
# The first of these that a GFF3 file has is taken for its genes.
_GENES = ("gene", "mRNA", "transcript")


def read_peaks(
    path: str | Path,
    sizes: Mapping[str, int],
    chromosome_names: Names | None = None,
    what: str = "peaks",
) -> pd.DataFrame:
    """Peaks of a BED3+ or narrowPeak file, in file order.

    Returns a DataFrame chrom, start, end, summit, name, score, line. ``summit`` is a base of the
    genome: start + column 10 in narrowPeak (10 columns, value >= 0), else the middle of the peak
    (the right one of two). ``name`` is "." and ``score`` NaN where there is none. BadInput for a
    malformed line, a name the FASTA doesn't have, a peak past the end, and a file without peaks.
    """
    rows = [_peak(path, line, fields) for line, fields in _bed_lines(path)]
    columns = ["chrom", "start", "end", "summit", "name", "score", "line"]
    peaks = _renamed(pd.DataFrame(rows, columns=columns), chromosome_names)
    _refuse_unknown(path, peaks, sizes, what)
    past = peaks[peaks["end"] > peaks["chrom"].map(sizes)]
    for peak in past.head(1).itertuples():
        raise BadInput(
            f"{what}: {peak.chrom}:{peak.start}-{peak.end} goes past the end of {peak.chrom}",
            expected=f"an end of at most {sizes[peak.chrom]}",
            where=f"{path}, line {peak.line} ({len(past)} such lines)",
            remedy="use peaks called on the same assembly as the FASTA",
        )
    if peaks.empty:
        raise BadInput(
            f"{what}: no peaks",
            expected="BED lines (chromosome, start, end)",
            where=str(path),
        )
    return peaks.astype({"start": "int64", "end": "int64", "summit": "int64", "score": "float64"})


def read_regions(
    path: str | Path, sizes: Mapping[str, int], chromosome_names: Names | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Regions of a BED file (an exclusion list): DataFrame chrom, start, end, line; and counts.

    Lists of this kind name chromosomes that a study doesn't have and run past ends: unknown names
    are left out, coordinates cut off at the end; the counts say how many lines, by reason.
    BadInput for malformed lines only.
    """
    rows = [(*_coordinates(path, line, fields), line) for line, fields in _bed_lines(path)]
    table = pd.DataFrame(rows, columns=["chrom", "start", "end", "line"])
    return _clipped(_renamed(table, chromosome_names), sizes)


def read_genes(
    path: str | Path, sizes: Mapping[str, int], chromosome_names: Names | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Genes of a GFF3 file: DataFrame chrom, start, end, strand, name, line; and counts.

    Features of the type ``gene`` or, in files without one, ``mRNA`` or ``transcript``. GFF's
    1-based closed coordinates become 0-based half-open. Names and ends as in ``read_regions``.
    BadInput for malformed lines and where there is no such feature.
    """
    rows = [_feature(path, line, fields) for line, fields in _gff_lines(path)]
    columns = ["chrom", "start", "end", "strand", "name", "line", "type"]
    table = pd.DataFrame(rows, columns=columns)
    kind = next((kind for kind in _GENES if (table["type"] == kind).any()), None)
    if kind is None:
        raise BadInput(
            "no genes",
            expected=f"GFF3 features of the type {' or '.join(_GENES)}",
            where=str(path),
        )
    genes = table[table["type"] == kind].drop(columns="type")
    return _clipped(_renamed(genes, chromosome_names), sizes)


def _lines(path: str | Path) -> Iterator[tuple[int, str]]:
    """Line number and text of each line with content."""
    if not Path(path).is_file():
        raise BadInput(f"no file {path}")
    with open(path, "rb") as raw:
        is_gzip = raw.peek(2)[:2] == b"\x1f\x8b"
        stream = gzip.open(raw) if is_gzip else raw
        try:
            for number, line in enumerate(stream, 1):
                text = line.decode("utf-8", "replace").rstrip("\r\n")
                if text.strip():
                    yield number, text
        except (EOFError, OSError, zlib.error) as error:
            raise BadInput(
                f"{path} is truncated or corrupt: {error}", remedy="fetch the file again"
            ) from error


def _bed_lines(path: str | Path) -> Iterator[tuple[int, list[str]]]:
    for number, text in _lines(path):
        if not re.match(r"#|(track|browser)\b", text):
            yield number, text.split("\t") if "\t" in text else text.split()


def _gff_lines(path: str | Path) -> Iterator[tuple[int, list[str]]]:
    for number, text in _lines(path):
        if text.startswith("##FASTA"):
            return
        if not text.startswith("#"):
            yield number, text.split("\t")


def _peak(path: str | Path, line: int, fields: list[str]) -> tuple:
    chrom, start, end = _coordinates(path, line, fields)
    name = fields[3] if len(fields) > 3 else "."
    score = _score(path, line, fields[4] if len(fields) > 4 else ".")
    summit = start + (end - start) // 2
    if len(fields) == _NARROWPEAK_COLUMNS:
        offset = _whole(path, line, fields[9], "summit (column 10)")
        if offset >= end - start:
            raise BadInput(
                f"summit {offset} is not in the peak",
                expected=f"an offset from the start of less than {end - start}, or -1 for none",
                where=f"{path}, line {line}",
            )
        summit = start + offset if offset >= 0 else summit
    return chrom, start, end, summit, name, score, line


def _feature(path: str | Path, line: int, fields: list[str]) -> tuple:
    if len(fields) != 9:
        raise BadInput(
            f"{len(fields)} columns", expected="GFF3's 9, by tabs", where=f"{path}, line {line}"
        )
    bed = [fields[0], str(_whole(path, line, fields[3], "start") - 1), fields[4]]
    pairs = (pair.strip().partition("=") for pair in fields[8].split(";"))
    attributes = {key: unquote(value) for key, _, value in pairs}
    names = (attributes.get(key) for key in ("Name", "gene", "ID"))
    name = next((name for name in names if name), ".")
    return *_coordinates(path, line, bed), fields[6], name, line, fields[2]


def _coordinates(path: str | Path, line: int, fields: list[str]) -> tuple[str, int, int]:
    where = f"{path}, line {line}"
    if len(fields) < 3:
        raise BadInput(
            f"{len(fields)} column(s)",
            expected="at least chromosome, start and end, by tabs",
            where=where,
        )
    start, end = _whole(path, line, fields[1], "start"), _whole(path, line, fields[2], "end")
    if not 0 <= start < end:
        raise BadInput(
            f"start {start}, end {end}",
            expected="0 <= start < end (BED is 0-based, half-open)",
            where=where,
        )
    return fields[0], start, end


def _whole(path: str | Path, line: int, text: str, what: str) -> int:
    if not re.fullmatch(r"\s*-?\d+\s*", text, re.ASCII):
        raise BadInput(f"{what} {text!r}", expected="a whole number", where=f"{path}, line {line}")
    return int(text)


def _score(path: str | Path, line: int, text: str) -> float:
    try:
        return float("nan") if text in (".", "") else float(text)
    except ValueError as error:
        raise BadInput(
            f"score {text!r} (column 5)", expected="a number", where=f"{path}, line {line}"
        ) from error


def _renamed(table: pd.DataFrame, names: Names | None) -> pd.DataFrame:
    """``table`` in the FASTA's names, without what ``names`` leaves out."""
    names = names or {}
    left_out = [old for old, new in names.items() if new is None]
    table = table[~table["chrom"].isin(left_out)].reset_index(drop=True)
    table["chrom"] = [names.get(name, name) for name in table["chrom"]]
    return table


def _refuse_unknown(
    path: str | Path, peaks: pd.DataFrame, sizes: Mapping[str, int], what: str
) -> None:
    unknown = peaks[~peaks["chrom"].isin(list(sizes))]
    if unknown.empty:
        return
    names = list(dict.fromkeys(unknown["chrom"]))
    likely = suggest_names(names, sizes)
    remedy = f"say which chromosome each is: {mapping_line(likely)}" if likely else ""
    rest = [name for name in names if name not in likely]
    if rest:
        remedy += f"{'; ' if remedy else ''}leave out those that the study doesn't have: "
        remedy += mapping_line(dict.fromkeys(rest[:3], "null"))
    raise BadInput(
        f"{what}: the FASTA has no chromosome {', '.join(names[:10])}",
        expected=f"one of {', '.join(list(sizes)[:20])}",
        where=f"{path}, line {unknown['line'].iloc[0]} ({len(unknown)} such lines)",
        remedy=remedy,
    )


def _clipped(table: pd.DataFrame, sizes: Mapping[str, int]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Rows on chromosomes of ``sizes``, ends cut off there; counts of what that changed."""
    known = table["chrom"].isin(list(sizes))
    counts = Counter(f"no chromosome {name} in the FASTA" for name in table["chrom"][~known])
    table = table[known]
    size = table["chrom"].map(sizes).astype("int64")
    counts["wholly past the chromosome's end"] = int((table["start"] >= size).sum())
    counts["cut at the chromosome's end"] = int(
        ((table["start"] < size) & (table["end"] > size)).sum()
    )
    table = table.assign(end=table["end"].clip(upper=size))[table["start"] < size]
    table = table.astype({"start": "int64", "end": "int64"}).reset_index(drop=True)
    return table, {reason: count for reason, count in counts.items() if count}
