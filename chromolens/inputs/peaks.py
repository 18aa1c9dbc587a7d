"""Intervals that others made: peaks (BED, narrowPeak), exclusion lists (BED), genes (GFF3, GTF).

All come back 0-based half-open with the chromosome names of the FASTA; ``chromosome_names`` says
``{name in the file: name in the FASTA}``, or None for a chromosome to leave out. ``sizes`` are the
FASTA's, in bp. Whatever is wrong is BadInput with the file and line.
"""

import math
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import pandas as pd

from chromolens import texts
from chromolens.errors import BadInput
from chromolens.genome.bigbed import bigbed_regions, is_bigbed
from chromolens.genome.names import mapping_line, suggest_names

Names = Mapping[str, str | None]

_NARROWPEAK = 10  # columns
_WHOLE = re.compile(r"-?\d+", re.ASCII)
_COMMAS = re.compile(r'"?[^\s,]+"?,"?\d+"?,"?\d+')  # BED as a spreadsheet writes it
# The first of these that a GFF3 file has is taken for its genes.
_GENES = ("gene", "mRNA", "transcript")


def read_peaks(
    path: str | Path,
    sizes: Mapping[str, int],
    chromosome_names: Names | None = None,
    what: str = "peaks",
) -> pd.DataFrame:
    """Peaks of a BED3+ or narrowPeak file, in file order.

    Returns a DataFrame chrom, start, end, summit, name, score, line, signal, cut. ``summit`` is a
    base of the genome: start + column 10 in narrowPeak (value >= 0; more columns may follow, as
    IDR writes them), else the middle of the peak (the right one of two). ``name`` is ".",
    ``score`` (column 5) and ``signal`` (column 7 of narrowPeak) NaN where there is none. ``cut``
    says that the peak ran past the end of its chromosome, where it now ends. BadInput for a
    malformed line, a name the FASTA doesn't have, a peak wholly past the end, columns that may be
    narrowPeak's or not, and a file without peaks.
    """
    rows = [_peak(path, line, fields) for line, fields in _bed_lines(path)]
    columns = ["chrom", "start", "end", "summit", "name", "score", "line", "signal"]
    peaks = _renamed(pd.DataFrame(rows, columns=columns), chromosome_names)
    _refuse_unknown(path, peaks, sizes, what)
    _refuse_mixed(path, peaks, what)
    size = peaks["chrom"].map(sizes)
    past = peaks[peaks["start"] >= size]
    for peak in past.head(1).itertuples():
        raise BadInput(
            f"{what}: {peak.chrom}:{peak.start}-{peak.end} lies past the end of {peak.chrom}",
            expected=f"a start below {sizes[peak.chrom]}",
            where=f"{path}, line {peak.line} ({len(past)} such lines)",
            remedy="use peaks called on the same assembly as the FASTA",
        )
    if peaks.empty:
        raise BadInput(
            f"{what}: no peaks",
            expected="BED lines (chromosome, start, end)",
            where=str(path),
        )
    peaks = peaks.assign(cut=peaks["end"] > size, end=peaks["end"].clip(upper=size))
    peaks["summit"] = peaks["summit"].clip(upper=size - 1)
    numbers = dict.fromkeys(["start", "end", "summit"], "int64")
    return peaks.astype(numbers | {"score": "float64", "signal": "float64"})


def read_regions(
    path: str | Path, sizes: Mapping[str, int], chromosome_names: Names | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Regions of a BED or bigBed file (an exclusion list): chrom, start, end, line; and counts.

    ``line`` of a bigBed is the number of the region. Lists of this kind name chromosomes that a
    study doesn't have and run past ends: unknown names are left out, coordinates cut off at the
    end; the counts say how many lines, by reason. BadInput for malformed lines only, and for a
    damaged bigBed.
    """
    if is_bigbed(path):
        rows = [(*region, line) for line, region in enumerate(bigbed_regions(path), 1)]
    else:
        rows = [(*_coordinates(path, line, fields), line) for line, fields in _bed_lines(path)]
    table = pd.DataFrame(rows, columns=["chrom", "start", "end", "line"])
    return _clipped(_renamed(table, chromosome_names), sizes)


def read_genes(
    path: str | Path, sizes: Mapping[str, int], chromosome_names: Names | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Genes of a GFF3 or GTF file: DataFrame chrom, start, end, strand, name, line; and counts.

    Features of the type ``gene`` or, in files without one, ``mRNA`` or ``transcript``. Their
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
            expected=f"GFF3 or GTF features of the type {' or '.join(_GENES)}",
            where=str(path),
        )
    genes = table[table["type"] == kind].drop(columns="type")
    return _clipped(_renamed(genes, chromosome_names), sizes)


def _bed_lines(path: str | Path) -> Iterator[tuple[int, list[str]]]:
    for number, text in texts.lines(path, "a BED file"):
        if not text.strip() or re.match(r"#|(track|browser)\b", text):
            continue
        divider = "\t" if "\t" in text else "," if _COMMAS.match(text) else None
        fields = text.rstrip().split(divider)
        fields = [field.strip() for field in fields]
        if '"' in text:
            fields = [re.sub('^"(.*)"$', r"\1", field) for field in fields]
        yield number, fields


def _gff_lines(path: str | Path) -> Iterator[tuple[int, list[str]]]:
    for number, text in texts.lines(path, "a GFF3 or GTF file"):
        if text.startswith("##FASTA"):
            return
        if text.strip() and not text.startswith("#"):
            yield number, text.rstrip().split("\t")


def _peak(path: str | Path, line: int, fields: list[str]) -> tuple:
    chrom, start, end = _coordinates(path, line, fields)
    name = fields[3] if len(fields) > 3 else "."
    score = _score(path, line, fields[4] if len(fields) > 4 else ".")
    summit, signal = start + (end - start) // 2, math.nan
    if _is_narrowpeak(path, line, fields, end - start):
        signal, offset = float(fields[6]), int(fields[9])
        summit = start + offset if offset >= 0 else summit
    return chrom, start, end, summit, name, score, line, signal


def _is_narrowpeak(path: str | Path, line: int, fields: list[str], length: int) -> bool:
    """Whether columns 7 to 10 are signal, p, q and summit; BadInput where that can't be told."""
    where = f"{path}, line {line}"
    count, named = len(fields), "narrowpeak" in os.path.basename(path).lower()
    if count < _NARROWPEAK and named:
        raise BadInput(
            f"{count} columns in a file called narrowPeak",
            expected=f"{_NARROWPEAK}, the last of them the summit",
            where=where,
            remedy="write all columns, or rename the file .bed: summits are then the middles",
        )
    if count < _NARROWPEAK or (count >= 12 and _is_bed12(fields)):
        return False
    if not (all(map(_is_number, fields[6:9])) and _WHOLE.fullmatch(fields[9])):
        if count == _NARROWPEAK or named:
            raise BadInput(
                f"columns 7 to 10 are {', '.join(fields[6:10])}",
                expected="narrowPeak's signal, p, q (numbers) and summit (a whole number)",
                where=where,
                remedy="cut -f 1-6 FILE: summits are then the middles of the peaks",
            )
        return False
    if "," in "".join(fields[10:12]):
        raise BadInput(
            f"{count} columns that may be narrowPeak's or BED12's",
            expected="blocks that fill the interval (BED12), or no lists in columns 11 and 12",
            where=where,
            remedy="cut -f 1-10 FILE for narrowPeak, cut -f 1-6 FILE for the middles of peaks",
        )
    if not -1 <= int(fields[9]) < length:
        raise BadInput(
            f"summit {fields[9]} is not in the peak",
            expected=f"an offset from the start of less than {length}, or -1 for none",
            where=where,
        )
    return True


def _is_bed12(fields: list[str]) -> bool:
    """Whether columns 7 to 12 are a thick part and blocks that lie within the interval."""
    lists = [column.rstrip(",").split(",") for column in fields[10:12]]
    if not all(map(_WHOLE.fullmatch, [fields[6], fields[7], fields[9], *lists[0], *lists[1]])):
        return False
    start, end, first, last = (int(fields[place]) for place in (1, 2, 6, 7))
    sizes, starts = ([int(number) for number in column] for column in lists)
    filled = starts[0] == 0 and start + starts[-1] + sizes[-1] == end
    whole = len(sizes) == len(starts) == int(fields[9])
    return whole and filled and start <= first <= last <= end


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _feature(path: str | Path, line: int, fields: list[str]) -> tuple:
    if len(fields) != 9:
        raise BadInput(
            f"{len(fields)} columns",
            expected="the 9 of GFF3 and GTF, by tabs",
            where=f"{path}, line {line}",
        )
    bed = [fields[0], str(_whole(path, line, fields[3], "start") - 1), fields[4]]
    attributes = _attributes(fields[8])
    names = (attributes.get(key) for key in ("Name", "gene", "gene_name", "ID", "gene_id"))
    name = next((name for name in names if name), ".")
    return *_coordinates(path, line, bed), fields[6], name, line, fields[2]


def _attributes(text: str) -> dict[str, str]:
    """Column 9 of GFF3 (``ID=x;Name=y``) or of GTF (``gene_id "x"; gene_name "y";``)."""
    gtf = dict(re.findall(r'(\w+) "([^"]*)"', text))
    pairs = (pair.strip().partition("=") for pair in text.split(";"))
    return gtf or {key: unquote(value) for key, _, value in pairs}


def _coordinates(path: str | Path, line: int, fields: list[str]) -> tuple[str, int, int]:
    where = f"{path}, line {line}"
    if len(fields) < 3:
        raise BadInput(
            f"{len(fields)} column(s)",
            expected="at least chromosome, start and end, by tabs",
            where=where,
        )
    if len(fields) == 9 and all(map(_WHOLE.fullmatch, fields[3:5])) and fields[6] in "+-.":
        raise BadInput(
            "a line of GFF or GTF",
            expected="BED: chromosome, start, end",
            where=where,
            remedy="give it as inputs.genes, or write its features as BED",
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
    if not _WHOLE.fullmatch(text) or len(text) > 18:
        raise BadInput(
            f"{what} {text[:40]!r}",
            expected="a whole number",
            where=f"{path}, line {line}",
            remedy="leave the line of column names out; BED counts from 0 (MACS's .xls from 1)"
            if text.lower() == what
            else "",
        )
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


def _refuse_mixed(path: str | Path, peaks: pd.DataFrame, what: str) -> None:
    bare = peaks["signal"].isna()
    if bare.any() and not bare.all():
        raise BadInput(
            f"{what}: {(~bare).sum()} lines are narrowPeak's and {bare.sum()} are not",
            expected="summits (column 10) in all lines or in none",
            where=f"{path}, such as lines {peaks['line'][~bare].iloc[0]} and "
            f"{peaks['line'][bare].iloc[0]}",
            remedy="make two files of it, which are pooled, or cut -f 1-6 FILE",
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
