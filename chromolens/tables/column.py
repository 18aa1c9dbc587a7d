"""How a table is declared: its columns, each with its type, unit and meaning."""

import math
from dataclasses import dataclass, replace
from typing import Any

TEXT, INTEGER, FLOAT, BOOLEAN = "text", "integer", "float", "boolean"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    ``missing``: a cell may be empty. ``optional``: the column may be absent. ``many``: the name
    is a pattern, and stands for any number of columns whose names a study chooses. ``pattern``:
    the regular expression of all that its text may be. ``least``: its smallest number.
    """

    name: str
    type: str
    unit: str
    meaning: str
    missing: bool = False
    optional: bool = False
    many: bool = False
    pattern: str = ""
    least: float = -math.inf


@dataclass(frozen=True)
class Table:
    """One kind of table.

    ``file`` says where it lies below ``results/NAME/``. ``head`` is what stands before the line
    of names, None where there is no such line. ``float_format`` is how numbers are written where
    they aren't written in full.
    """

    file: str
    meaning: str
    columns: tuple[Column, ...]
    head: str | None = ""
    float_format: str | None = None

    @property
    def names(self) -> list[str]:
        """Names of the columns, in order, without those that a study chooses."""
        return [column.name for column in self.columns if not column.many]

    def after(self, *first: str) -> list[str]:
        """``names`` without ``first``: those that the library fills, where a job adds the rest."""
        return [name for name in self.names if name not in first]

    def column(self, name: str) -> Column | None:
        """What is declared of the column ``name``; None where nothing is."""
        known = {column.name: column for column in self.columns if not column.many}
        rest = [replace(column, name=name) for column in self.columns if column.many]
        return known.get(name, rest[0] if rest else None)


def text(name: str, meaning: str, unit: str = "", **more: Any) -> Column:
    """A column of text."""
    return Column(name, TEXT, unit, meaning, **more)


def integer(name: str, meaning: str, unit: str = "", **more: bool) -> Column:
    """A column of whole numbers; with empty cells it is read as one of floats."""
    return Column(name, INTEGER, unit, meaning, **more)


def base(name: str, meaning: str) -> Column:
    """A column of places: bases of a sequence, counted from 0."""
    return Column(name, INTEGER, "bp, 0-based", meaning, least=0)


def number(name: str, meaning: str, unit: str = "", **more: bool) -> Column:
    """A column of floats."""
    return Column(name, FLOAT, unit, meaning, **more)


def boolean(name: str, meaning: str, **more: bool) -> Column:
    """A column of True and False."""
    return Column(name, BOOLEAN, "", meaning, **more)


TARGET = "target units"
MODEL = text("model", "name of the model")
TASK = text("task", "name of the task")
METHOD = text("method", "name of the method of attribution")
FOLD = text("fold", "name of the fold")
