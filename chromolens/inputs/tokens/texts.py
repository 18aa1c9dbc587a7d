"""Labelled texts as others write them: a table, or a folder of text files per label.

A source is a mapping with one of

- ``table``: TSV or CSV with a header, a text per row: its columns ``id``, ``label``, and ``text``,
  ``tokens`` (with blanks between them) or ``sequence`` (DNA); perhaps ``split``;
- ``folder``: holds a folder per label, which holds a file per text.

``split`` names the group of all texts of a source.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from chromolens import texts
from chromolens.errors import BadInput, nearest

COLUMNS = ("text", "tokens", "sequence")
"""Names of the column of texts; the first that a table has."""


def read_source(source: Mapping[str, object], labels: Sequence[str]) -> pd.DataFrame:
    """Read one source: columns id, text, label, split ("" for none), where, column.

    ``where`` is for messages, ``column`` the one of ``COLUMNS`` that the text is from.

    BadInput for unreadable files, and for a label that is not among ``labels``.
    """
    if set(source) - {"split"} not in ({"table"}, {"folder"}):
        raise BadInput(
            f"a source of texts with {', '.join(map(str, source)) or 'nothing'}",
            expected="table or folder, and perhaps split",
        )
    rows = _of_folder(source) if "folder" in source else _of_table(source)
    records = pd.DataFrame(rows, columns=["id", "text", "label", "split", "where", "column"])
    if records.empty:
        path = str(source.get("folder", source.get("table")))
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
        yield name, text, file.parent.name, str(source.get("split", "")), str(file), "text"


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
        yield row["id"].strip(), row[column], row["label"].strip(), split, where, column
