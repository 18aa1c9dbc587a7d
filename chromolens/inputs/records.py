"""Labelled records as others write them: FASTA with a file of labels, FASTA per class, tables.

A source is a mapping with one of

- ``fasta`` and ``labels``: a FASTA file, and a text file with one line of labels per record;
- ``fasta`` and ``label``: a FASTA file, or a folder of them, and the label of all its records;
- ``fasta`` and ``class``: likewise, and the class of all its records: each class is a task, 1 for
  its own records and 0 for the others'. Ids are ``SPLIT/CLASS/FILE/ID``, as files of several
  classes may use the same;
- ``table``: TSV or CSV, an id, a sequence and its labels per row, with a header (with a column
  named ``sequence`` or ``seq``) or without (id, sequence, labels).

``tasks`` of a source names its label columns; "-" leaves a column out. ``split`` names the group
of all its records; a table may have a column ``split`` instead. ``splits`` maps a group to a file
of the ids that belong to it, one per line: a paper's own test set. A table's id is its column
``id``, ``name`` or ``seqname``, or the first that is not the sequence. Labels are finite numbers;
empty, NA or NaN is masked.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from chromolens import texts
from chromolens.errors import BadInput
from chromolens.inputs.windows import check_task

_KEYS = {"fasta", "labels", "label", "class", "table", "tasks", "split", "splits"}
_LETTERS = frozenset("ACGTUNRYSWKMBDHVacgtunryswkmbdhv")
_ENDINGS = (".fa", ".fasta", ".fna", ".fa.gz", ".fasta.gz", ".fna.gz")
_ID_NAMES = {"id", "name", "seqname"}
_MASKED = {"", "NA", "NaN", "nan", "."}
DEFAULT_TASK = "label"


def class_names(sources: Iterable[Mapping[str, object]]) -> list[str]:
    """The classes that sources state, in their order; BadInput where only some have one."""
    sources = list(sources)
    found = list(dict.fromkeys(str(source["class"]) for source in sources if "class" in source))
    if found and not all("class" in source for source in sources):
        odd = next(source for source in sources if "class" not in source)
        raise BadInput(
            f"some sources have a class, and {odd.get('fasta', odd.get('table'))} has none",
            expected="a class for every source, or for none",
            where="the config, inputs.sequences",
        )
    if len(found) == 1:
        raise BadInput(
            f"{found[0]} is the only class",
            expected="two classes or more, each with a source of its own",
            where="the config, inputs.sequences",
        )
    return found


def read_source(source: Mapping[str, object], classes: Sequence[str] = ()) -> pd.DataFrame:
    """Read one source: columns id, sequence (upper-case), split ("" for none), where, and tasks.

    ``classes`` are those of all sources. ``where`` is the file and record or line, for messages.
    BadInput for unreadable or inconsistent files, letters that are not IUPAC, labels that are not
    numbers.
    """
    given = set(source)
    forms = ({"fasta", "labels"}, {"fasta", "label"}, {"fasta", "class"}, {"table"})
    if not given <= _KEYS or given - {"tasks", "split", "splits"} not in forms:
        raise BadInput(
            f"a source of sequences with {', '.join(map(str, source)) or 'nothing'}",
            expected="fasta and labels, or fasta and label, or fasta and class, or table; and "
            "perhaps tasks, split, splits",
        )
    records = _read_table(source) if "table" in source else _read_fasta(source, classes)
    if records.empty:
        what = f"class {source['class']} has no records" if "class" in source else ""
        where = str(source.get("table", source.get("fasta")))
        raise BadInput(what or "there are no records", where=where)
    _check_letters(records)
    records["sequence"] = records["sequence"].str.upper().str.replace("U", "T")
    _assign_splits(records, source.get("splits", {}))
    return records


def split_names(sources: Iterable[Mapping[str, object]]) -> list[str]:
    """The splits that sources state, in their order; "" stands for records without one.

    Of a table that isn't there yet (a download) only the source's own ``split`` is known.
    """
    found: list[str] = []
    for source in sources:
        own, rows = str(source.get("split", "")), []
        if "table" in source and Path(str(source["table"])).is_file():
            rows = [row for _, row in texts.rows(str(source["table"]), "a table of records")]
        names = [name.strip() for name in rows[0]] if rows else []
        place = names.index("split") if "split" in names else None
        found += [own] if place is None else [row[place].strip() for row in rows[1:]]
        found += source.get("splits", {})
    return list(dict.fromkeys(found))


def _assign_splits(records: pd.DataFrame, splits: Mapping[str, str]) -> None:
    """Put the records that the files of ``splits`` name into these groups, in place."""
    rows = pd.Series(records.index, records["id"])
    seen: dict[str, str] = {}
    for split, path in splits.items():
        for number, line in texts.lines(path, "a list of ids"):
            name, where = line.strip(), f"{path}, line {number}"
            if not name:
                continue
            if name not in rows.index:
                raise BadInput(
                    f"there is no record {name!r}", expected="ids of records", where=where
                )
            if name in seen:
                raise BadInput(
                    f"record {name!r} is named twice", where=f"{seen[name]}; and {where}"
                )
            seen[name] = where
            records.loc[rows[name], "split"] = split


def _read_fasta(source: Mapping[str, object], classes: Sequence[str]) -> pd.DataFrame:
    if "class" in source:
        return _read_class(source, classes)
    rows = [row for path in _fasta_files(str(source["fasta"])) for row in fasta_records(path)]
    records = pd.DataFrame(rows, columns=["id", "sequence", "where"])
    if "label" in source:
        columns = [[str(source["label"])] * len(records)]
    else:
        columns = _label_lines(str(source["labels"]), len(records), str(source["fasta"]))
    names = _column_names(source, len(columns))
    records["split"] = str(source.get("split", ""))
    return _with_labels(records, dict(zip(names, columns, strict=True)), str(source["fasta"]))


def _read_class(source: Mapping[str, object], classes: Sequence[str]) -> pd.DataFrame:
    split, name = str(source.get("split", "")), str(source["class"])
    rows = [
        ("/".join(filter(None, (split, name, _stem(path), record))) if record else "", *rest)
        for path in _fasta_files(str(source["fasta"]))
        for record, *rest in fasta_records(path)
    ]
    records = pd.DataFrame(rows, columns=["id", "sequence", "where"])
    records["split"] = split
    columns = {one: [str(int(one == name))] * len(records) for one in classes}
    return _with_labels(records, columns, "the config, inputs.sequences")


def _stem(path: str) -> str:
    name = Path(path).name
    return next((name.removesuffix(end) for end in _ENDINGS if name.endswith(end)), name)


def _fasta_files(path: str) -> list[str]:
    if not Path(path).is_dir():
        return [path]
    files = sorted(str(file) for file in Path(path).iterdir() if file.name.endswith(_ENDINGS))
    if not files:
        raise BadInput(
            "the folder has no FASTA file", expected=", ".join(_ENDINGS), where=str(path)
        )
    return files


def fasta_records(path: str) -> Iterator[tuple[str, str, str]]:
    """Yield (id, sequence, where) of each record; the id is the header's first word."""
    name, first, parts = None, 0, []
    for number, line in texts.lines(path, "a FASTA file"):
        if line.startswith(">"):
            if name is not None:
                yield name, "".join(parts), f"{path}, line {first}"
            name, first, parts = (line[1:].split() or [""])[0], number, []
        elif line.strip() and name is None:
            raise BadInput("this is no FASTA: it doesn't start with '>'", where=path)
        else:
            parts.append(line.strip())
    if name is not None:
        yield name, "".join(parts), f"{path}, line {first}"


def _label_lines(path: str, records: int, fasta: str) -> list[list[str]]:
    """Return the columns of a file with one line of labels per record."""
    lines = [(number, line) for number, line in texts.lines(path) if line.strip()]
    rows = [line.replace(",", " ").split() for _, line in lines]
    if len(rows) != records:
        raise BadInput(
            f"{len(rows)} lines of labels for {records} records of {fasta}",
            expected="one line per record, in the same order",
            where=path,
        )
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        odd = next(i for i, row in enumerate(rows) if len(row) != len(rows[0]))
        raise BadInput(
            f"{len(rows[odd])} labels",
            expected=str(len(rows[0])),
            where=f"{path}, line {lines[odd][0]}",
        )
    return [list(column) for column in zip(*rows, strict=True)]


def _read_table(source: Mapping[str, object]) -> pd.DataFrame:
    path = str(source["table"])
    rows = texts.rows(path, "a table: id, sequence, labels")
    lower = [name.strip().lower() for name in rows[0][1]] if rows else []
    header = "sequence" in lower or "seq" in lower
    numbers = [number for number, _ in rows[header:]]
    names = [name.strip() for name in rows[0][1]] if header else None
    table = pd.DataFrame([row for _, row in rows[header:]], numbers, names, dtype=str)
    if table.shape[1] < 3:
        raise BadInput(
            f"the table has {table.shape[1]} columns", expected="id, sequence, labels", where=path
        )
    return _from_table(source, table, _id_and_sequence(lower) if header else (0, 1), header)


def _id_and_sequence(names: list[str]) -> tuple[int, int]:
    """Return the places of the columns of ids and sequences among lower-case ``names``."""
    sequence = names.index("sequence" if "sequence" in names else "seq")
    named = [place for place, name in enumerate(names) if name in _ID_NAMES]
    return (named or [int(sequence == 0)])[0], sequence


def _from_table(
    source: Mapping[str, object], table: pd.DataFrame, places: tuple[int, int], header: bool
) -> pd.DataFrame:
    path = str(source["table"])
    where = [f"{path}, line {number}" for number in table.index]
    table = table.reset_index(drop=True)
    records = pd.DataFrame({"id": table.iloc[:, places[0]], "sequence": table.iloc[:, places[1]]})
    records["where"], records["split"] = where, str(source.get("split", ""))
    if "split" in table:
        records["split"] = table["split"].str.strip()
    rest = [name for i, name in enumerate(table.columns) if i not in places]
    rest = [name for name in rest if name != "split"]
    names = _table_tasks(source, rest) if header else _column_names(source, len(rest))
    chosen = names if header else rest
    columns = {n: list(table[c]) for n, c in zip(names, chosen, strict=True)}
    return _with_labels(records, columns, path)


def _table_tasks(source: Mapping[str, object], columns: list[str]) -> list[str]:
    """Return the label columns of a table with a header: those that ``tasks`` names, or all."""
    names = [name for name in source.get("tasks") or columns if name != "-"]
    for name in names:
        if name not in columns:
            raise BadInput(
                f"the table has no column {name!r}",
                expected=", ".join(columns),
                where=str(source["table"]),
            )
    return names


def _column_names(source: Mapping[str, object], number: int) -> list[str]:
    names = list(source.get("tasks") or [DEFAULT_TASK])
    if len(names) != number:
        raise BadInput(
            f"{number} columns of labels and {len(names)} names: {', '.join(names)}",
            expected='one name per column in tasks, "-" for a column to leave out',
            where=str(source.get("labels", source.get("table", source.get("fasta")))),
            remedy=f"for example tasks: [bound{', -' * (number - 1)}]",
        )
    return names


def _with_labels(
    records: pd.DataFrame, columns: Mapping[str, list[str]], path: str
) -> pd.DataFrame:
    for name, labels in columns.items():
        if name != "-":
            check_task(name, path)
            pairs = zip(labels, records["where"], strict=True)
            records[name] = [_number(text, name, where) for text, where in pairs]
    return records


def _number(text: str, task: str, where: str) -> float:
    if text.strip() in _MASKED:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise BadInput(
            f"the label of {task} is {text[:40]!r}",
            expected="a number, or nothing (masked)",
            where=where,
            remedy="name the columns that are labels in tasks",
        )
    return value


def _check_letters(records: pd.DataFrame) -> None:
    for row in records.itertuples():
        odd = set(row.sequence) - _LETTERS
        if odd or not row.sequence or not row.id:
            found = f"letters {''.join(sorted(odd))!r}" if odd else "an empty id or sequence"
            raise BadInput(
                f"record {row.id!r} has {found[:60]}",
                expected="DNA (IUPAC letters)",
                where=row.where,
            )
