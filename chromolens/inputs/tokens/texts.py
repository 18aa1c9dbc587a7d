"""Labelled texts as others write them: a table, a folder of text files per label, peaks.

A source is a mapping with one of

- ``table``: TSV or CSV with a header, a text per row: its columns ``id``, ``label``, and ``text``,
  ``tokens`` (with blanks between them) or ``sequence`` (DNA); perhaps ``split``;
- ``folder``: holds a folder per label, which holds a file per text;
- ``peaks``, ``fasta``, ``width`` and ``label``: BED or narrowPeak, and the genome, of which the
  ``width`` bases about each peak's summit are a text. ``chromosome_names``: name in the peaks ->
  name in the FASTA (null: left out).

``split`` names the group of all texts of a source.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from chromolens import texts
from chromolens.errors import BadInput, nearest
from chromolens.inputs.peaks import read_peaks
from chromolens.inputs.records import fasta_records

_FORMS = ({"table"}, {"folder"}, {"peaks", "fasta", "width", "label"})
COLUMNS = ("text", "tokens", "sequence")
"""Names of the column of texts; the first that a table has."""


def read_source(source: Mapping[str, object], labels: Sequence[str]) -> pd.DataFrame:
    """Read one source: id, text, label, split ("" for none), where, column, together, place.

    ``where`` is for messages, ``column`` the one of ``COLUMNS`` that the text is from. Texts that
    say the same in ``together``, a chromosome, belong into one part; "" for none. ``place`` is
    ``chrom:start-end`` (0-based), of the bases of a genome; "" for other texts.

    BadInput for unreadable files, and for a label that is not among ``labels``.
    """
    if set(source) - {"split", "chromosome_names"} not in _FORMS:
        raise BadInput(
            f"a source of texts with {', '.join(map(str, source)) or 'nothing'}",
            expected="table; or folder; or peaks, fasta, width and label; and perhaps split",
        )
    kind = next(key for key in _READERS if key in source)
    columns = ["id", "text", "label", "split", "where", "column", "together", "place"]
    records = pd.DataFrame(_READERS[kind](source), columns=columns)
    if records.empty:
        path = str(source[kind])
        raise BadInput("there are no texts", where=path)
    for row in records[~records["label"].isin(labels)].head(1).itertuples():
        raise BadInput(
            f"text {row.id!r} has the label {row.label[:40]!r}{nearest(row.label, labels)}",
            expected=f"one of {', '.join(labels)}",
            where=row.where,
            remedy="name every label in inputs.tasks, or leave the text out",
        )
    return records


def _of_folder(source: Mapping[str, object]) -> Iterator[tuple]:
    folder = Path(str(source["folder"]))
    if not folder.is_dir():
        raise BadInput("there is no such folder", where=str(folder))
    for file in sorted(folder.glob("[!.]*/[!.]*")):
        text = "\n".join(line for _, line in texts.lines(str(file), "a text"))
        name = f"{file.parent.name}/{file.name}"
        yield name, text, file.parent.name, str(source.get("split", "")), str(file), "text", "", ""


def _of_table(source: Mapping[str, object]) -> Iterator[tuple]:
    path = str(source["table"])
    (_, header), *rows = texts.rows(path, "a table: id, text, label") or [(1, [])]
    names = [name.strip().lower() for name in header]
    column = next((name for name in COLUMNS if name in names), COLUMNS[0])
    for name in ("id", column, "label"):
        if name not in names:
            raise BadInput(
                f"the table has no column {name!r}, but {', '.join(header)}",
                expected=f"id, label and one of {', '.join(COLUMNS)}",
                where=path,
            )
    for number, cells in rows:
        row = dict(zip(names, cells, strict=False))
        where = f"{path}, line {number}"
        if len(cells) != len(names) or not row["id"].strip():
            raise BadInput(
                f"a row of {len(cells)} cells and the id {row.get('id', '')!r}",
                expected=f"{len(names)} cells: {', '.join(names)}, with an id",
                where=where,
            )
        split = row.get("split", str(source.get("split", ""))).strip()
        yield row["id"].strip(), row[column], row["label"].strip(), split, where, column, "", ""


def _of_peaks(source: Mapping[str, object]) -> Iterator[tuple]:
    """A text is empty where its bases run past the end of the chromosome."""
    fasta, label, width = str(source["fasta"]), str(source["label"]), int(str(source["width"]))
    sizes = {chrom: len(sequence) for chrom, sequence, _ in fasta_records(fasta)}
    path, names = str(source["peaks"]), source.get("chromosome_names")
    peaks = read_peaks(path, sizes, names, what=f"peaks of {label}")
    starts = peaks["summit"] - width // 2
    for chrom, sequence, _ in fasta_records(fasta):
        for peak in peaks[peaks["chrom"] == chrom].itertuples():
            start, end = int(starts[peak.Index]), int(starts[peak.Index]) + width
            inside = start >= 0 and end <= len(sequence)
            text = sequence[start:end] if inside else ""
            place, split = f"{chrom}:{start}-{end}", str(source.get("split", ""))
            name, where = f"{label}.{peak.Index + 1}:{place}", f"{path}, line {peak.line}"
            yield name, text, label, split, where, "sequence", chrom, place


_READERS = {"table": _of_table, "folder": _of_folder, "peaks": _of_peaks}
