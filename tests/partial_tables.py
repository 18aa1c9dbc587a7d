"""Tables of which a test says some columns only."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from chromolens import tables
from chromolens.tables.column import BOOLEAN, TEXT, Column, Table


def filled(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with all columns of ``table`` in order; what it lacks is blank."""
    columns = {}
    for column in table.columns:
        if column.many:
            columns |= {name: frame[name] for name in frame if name not in table.names}
        else:
            columns[column.name] = frame.get(column.name, _blank(column))
    return pd.DataFrame(columns, index=frame.index)


def write_partial(table: Table, frame: pd.DataFrame, path: str | Path) -> None:
    """Write ``frame``, ``filled``."""
    tables.write(table, filled(table, frame), path)


def fitting(column: Column) -> str:
    """Text that the column may hold."""
    texts = ("-", "A", "3,5", "test", "ref", "reference", "lost")
    return next(text for text in texts if re.fullmatch(column.pattern or ".", text))


def _blank(column: Column) -> object:
    if column.type == TEXT:
        return "" if column.missing else fitting(column)
    if column.type == BOOLEAN:
        return False
    return np.nan if column.missing else 0
