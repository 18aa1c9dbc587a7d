"""The tables (TSV) that jobs hand to one another: one way to read them, one to write them.

Each kind is declared once, by subject, in the modules beside this one. Text stays text: ``1``,
``007``, ``NA``, ``nan`` and ``True`` are names. An empty cell is "" in a column of text and NaN
in one of numbers, and stands only where the declaration says that cells may be missing. A
number is read as it was written, to the last bit.
"""

import csv
import gzip
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

import pandas as pd

from chromolens.errors import BadInput, nearest
from chromolens.runlog import atomic
from chromolens.tables.column import BOOLEAN, FLOAT, INTEGER, TEXT, Column, Table

_TYPES = {TEXT: str, BOOLEAN: str, INTEGER: "int64", FLOAT: "float64"}
_BOOLEANS = {"True": True, "False": False}
_EXPECTED = {TEXT: "some text", BOOLEAN: "True or False", INTEGER: "an integer", FLOAT: "a number"}
_UNREADABLE = (ValueError, OSError, EOFError, OverflowError, zlib.error)
_LARGEST = 2**63
_AT_ONCE = 2**20  # bytes
_REMEDY = "undo the edit, if there was one; else remove the file and run the study again"


def read(table: Table, path: str | Path) -> pd.DataFrame:
    """The ``table`` at ``path``, gzipped or not; BadInput with file, line and column if it isn't.

    Whole numbers of which some are missing are floats.
    """
    names = header(table, path)
    columns = [table.column(name) for name in names]
    try:
        frame = _parse(table, path, columns)
    except _UNREADABLE as error:
        _complain(table, path, columns)
        raise _unreadable(path, error) from error
    # rows of more cells than names make an index of the first
    odd = any(_odd(frame[column.name], column).any() for column in columns)
    if odd or not isinstance(frame.index, pd.RangeIndex):
        _complain(table, path, columns)
        raise _unreadable(path, f"rows are not those of {', '.join(names)}")
    # a row that ends early has got empty cells
    if _tabs(path) != (len(frame) + (table.head is not None)) * (len(columns) - 1):
        _complain(table, path, columns)
    return frame.assign(**{c.name: _as_declared(frame[c.name], c) for c in columns})


def read_all(table: Table, paths: Sequence[str | Path]) -> pd.DataFrame:
    """Several of ``table`` as one; without rows where there are none."""
    frames = [read(table, path) for path in paths]
    return pd.concat(frames, ignore_index=True) if frames else empty(table)


def empty(table: Table) -> pd.DataFrame:
    """``table`` without rows."""
    return pd.DataFrame(columns=table.names)


def header(table: Table, path: str | Path) -> list[str]:
    """The names of the columns in the file at ``path``; BadInput unless ``table`` has these."""
    if table.head is None:
        return table.names
    found = peek(path)
    if found and table.head and found[0].startswith(table.head):
        found[0] = found[0].removeprefix(table.head)
    needed = [c.name for c in table.columns if not (c.many or c.optional)]
    absent = [name for name in needed if name not in found]
    unknown = [name for name in found if table.column(name) is None]
    twice = [name for name in dict.fromkeys(found) if found.count(name) > 1]
    if absent or unknown or twice:
        wrong = f"no column {absent[0]!r}" if absent else ""
        wrong = wrong or (f"column {twice[0]!r} stands there twice" if twice else "")
        wrong = wrong or f"unknown column {unknown[0]!r}{nearest(unknown[0], table.names)}"
        raise BadInput(
            wrong,
            expected=f"the columns {', '.join(c.name for c in table.columns)}; found "
            f"{', '.join(found)}",
            where=f"{path}, line 1",
            remedy=_REMEDY,
        )
    return found


def peek(path: str | Path) -> list[str]:
    """What stands in the first line of the file at ``path``."""
    try:
        with _opened(path) as file:
            return next(csv.reader(file, delimiter="\t"), [])
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error


def write(table: Table, frame: pd.DataFrame, path: str | Path, **constants: object) -> None:
    """Write ``frame`` as ``table`` to ``path``, whole or not at all; gzipped if it ends in .gz.

    ``constants`` are first columns of one value. The same frame gives the same bytes.
    """
    frame = _checked(table, frame, constants)
    with atomic(path) as temporary, open(temporary, "wb") as raw:
        if str(path).endswith(".gz"):
            # without a name and a time in its header: the temporary name would change the bytes
            with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
                _print(table, frame, file)
        else:
            _print(table, frame, raw)


def to_text(table: Table, frame: pd.DataFrame) -> str:
    """What ``write`` writes, as text: for files that are packed in a way of their own."""
    return _print(table, _checked(table, frame, {}))


def _checked(table: Table, frame: pd.DataFrame, constants: dict[str, object]) -> pd.DataFrame:
    """``frame`` with its constants in front; ValueError unless its columns are declared."""
    frame = frame.copy(deep=False)
    for place, (name, value) in enumerate(constants.items()):
        frame.insert(place, name, value)
    found = list(frame.columns)
    chosen = [name for name in found if name not in table.names]
    expected: list[str] = []
    for column in table.columns:
        there = [column.name] if column.name in found or not column.optional else []
        expected += chosen if column.many else there
    if found != expected or len(set(found)) < len(found):
        raise ValueError(f"{table.file} has the columns {table.names}, not {found}")
    return frame


def _print(table: Table, frame: pd.DataFrame, target: IO[bytes] | None = None) -> str | None:
    names = list(frame.columns)
    return frame.to_csv(
        target,
        sep="\t",
        index=False,
        header=[f"{table.head}{names[0]}", *names[1:]] if table.head is not None else False,
        float_format=table.float_format,
        lineterminator="\n",
    )


def _parse(table: Table, path: str | Path, columns: list[Column]) -> pd.DataFrame:
    types = {c.name: "float64" if c.missing and c.type == INTEGER else _TYPES[c.type]
             for c in columns}  # fmt: skip
    numbers = [c.name for c in columns if c.missing and c.type in (INTEGER, FLOAT)]
    return pd.read_csv(
        path,
        sep="\t",
        header=None if table.head is None else 0,
        names=[c.name for c in columns],
        dtype=types,
        keep_default_na=False,
        na_values=dict.fromkeys(numbers, [""]),
        # a file of an older run may be one of several pieces
        compression="gzip" if str(path).endswith(".gz") else None,
    )


def _odd(cells: pd.Series, column: Column) -> pd.Series:
    """Which cells, of the right type, still aren't as declared."""
    if column.type == BOOLEAN:
        return ~cells.isin(list(_BOOLEANS))
    if column.type == TEXT:
        empty = cells.eq("")
        unlike = ~empty & ~cells.str.fullmatch(column.pattern) if column.pattern else False
        return (empty & (not column.missing)) | unlike
    odd = (cells.isna() & (not column.missing)) | (cells < column.least)
    return odd | (cells.notna() & (cells % 1 != 0)) if column.type == INTEGER else odd


def _as_declared(cells: pd.Series, column: Column) -> pd.Series:
    if column.type == BOOLEAN:
        return cells.eq("True")
    if column.type == INTEGER and cells.dtype != "int64" and cells.notna().all():
        return cells.astype("int64")
    return cells


@contextmanager
def _opened(path: str | Path) -> Iterator[IO[str]]:
    """The text of a file."""
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        yield file


def _tabs(path: str | Path) -> int:
    """How many tabs the file holds: as many as its lines have, unless some stand in cells."""
    with _opened(path) as file:
        return sum(part.count("\t") for part in iter(partial(file.read, _AT_ONCE), ""))


def _complain(table: Table, path: str | Path, columns: list[Column]) -> None:
    """Raise BadInput at the first cell that isn't as declared; nothing if all are."""
    try:
        with _opened(path) as file:
            rows = csv.reader(file, delimiter="\t")
            if table.head is not None:
                next(rows)
            for cells in filter(None, rows):
                _check_row(cells, columns, f"{path}, line {rows.line_num}")
    except BadInput:
        raise
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error


def _check_row(cells: list[str], columns: list[Column], where: str) -> None:
    if len(cells) != len(columns):
        raise BadInput(
            f"{len(cells)} cells", expected=f"{len(columns)}", where=where, remedy=_REMEDY
        )
    for cell, column in zip(cells, columns, strict=True):
        if not _fits(cell, column):
            raise BadInput(
                f"column {column.name!r} holds {cell!r}",
                expected=_expected(column),
                where=f"{where}, column {column.name}",
                remedy=_REMEDY,
            )


def _expected(column: Column) -> str:
    """What the cells of a column are, in words."""
    limited = column.pattern or column.least > -math.inf
    more = f" ({column.meaning}: {column.pattern or f'{column.least:g} or more'})"
    empty = ", or nothing" if column.missing else ""
    return _EXPECTED[column.type] + (more if limited else "") + empty


def _fits(cell: str, column: Column) -> bool:
    if cell == "":
        return column.missing
    if column.type == BOOLEAN:
        return cell in _BOOLEANS
    if column.type == TEXT:
        return not column.pattern or re.fullmatch(column.pattern, cell) is not None
    whole = column.type == INTEGER
    try:
        value = int(cell) if whole and not column.missing else float(cell)
    except ValueError:
        return False
    return value >= column.least and not (whole and (value % 1 or abs(value) >= _LARGEST))


def _unreadable(path: str | Path, error: object) -> BadInput:
    return BadInput(f"the table can't be read: {error}", where=str(path), remedy=_REMEDY)
