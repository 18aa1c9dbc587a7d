"""The columns of all tables in ``docs/formats.md``, made from their declarations.

    python -m chromolens.tables.docs

writes what stands between ``<!-- tables FOLDER -->`` and ``<!-- end of tables -->``. A test
fails when that page and the declarations say different things.
"""

import re
from pathlib import Path

from chromolens.runlog import atomic
from chromolens.tables.catalogue import all_tables
from chromolens.tables.column import Column, Table

TARGET = Path(__file__).parents[2] / "docs" / "formats.md"
_BLOCK = re.compile(r"(<!-- tables ([\w ]+) -->\n).*?(<!-- end of tables -->)", re.S)


def page() -> str:
    """The page as it is, with all columns as they are declared."""
    return _BLOCK.sub(_block, TARGET.read_text())


def write() -> None:
    """Write the page to its place."""
    text = page()
    with atomic(TARGET) as path:
        path.write_text(text)


def _block(match: re.Match) -> str:
    """Tables of one or several folders; a file in no folder is named itself."""
    folders = match[2].split()
    own = [table for table in all_tables() if table.file.split("/")[0].split(".")[0] in folders]
    return "\n".join([match[1], *map(_table, own), match[3]])


def _table(table: Table) -> str:
    head = "; no header line" if table.head is None else ""
    lines = [f"**`{table.file}`**: {table.meaning}{head}.", ""]
    lines += ["| column | type | unit | what |", "| --- | --- | --- | --- |"]
    return "\n".join([*lines, *map(_row, table.columns), ""])


def _row(column: Column) -> str:
    notes = "; may be empty" if column.missing else ""
    notes += "; may be absent" if column.optional else ""
    name = f"{column.name}..." if column.many else column.name
    return f"| `{name}` | {column.type} | {column.unit} | {column.meaning}{notes} |"


if __name__ == "__main__":
    write()
