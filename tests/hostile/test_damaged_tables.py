"""Damaged tables of ours: refused with their file, or read as what stands in them."""

import csv
import gzip
import io
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from damage import INPUTS, refusals
from partial_tables import fitting

from chromolens import tables
from chromolens.genome.fasta import prepare_fasta
from chromolens.inputs.batches import open_inputs
from chromolens.sis.files import read_subsets, write_bed
from chromolens.sis.motifs.members import members_of, parts_of
from chromolens.study import open_study
from chromolens.tables.catalogue import all_tables
from chromolens.tables.column import BOOLEAN, FLOAT, INTEGER, TEXT, Column, Table
from chromolens.tables.inputs import GENOME_WINDOWS, RECORD_WINDOWS
from chromolens.tables.sis import SUBSETS
from chromolens.tables.study import INDEX

KINDS = {f"{number}-{Path(table.file).name}": table for number, table in enumerate(all_tables())}
CELLS = {
    TEXT: ["a b", "007", "NA", "chr1"],
    INTEGER: ["0", "12", "3", "1000"],
    FLOAT: ["0.5", "-1.25", "3", "1e-5"],
    BOOLEAN: ["True", "False", "True", "False"],
}
EACH = max(6, INPUTS // 4 // len(KINDS))


def cell(column: Column, row: int) -> str:
    """A right cell of the column; the last row's are empty where they may be."""
    if row == 3 and column.missing:
        return ""
    return fitting(column) if column.pattern else CELLS[column.type][row]


def lines(table: Table) -> str:
    rows = ["\t".join(cell(column, row) for column in table.columns) for row in range(4)]
    names = "\t".join(column.name for column in table.columns)
    return "\n".join([*([] if table.head is None else [table.head + names]), *rows, ""])


def by_hand(table: Table, text: str) -> list[list]:
    """The rows of ``text``, each of as many cells as there are names, as Python's values."""
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter="\t")]
    rows = [row for row in rows if "".join(row).strip()]
    names = table.names if table.head is None else rows.pop(0)
    names = [names[0].removeprefix(table.head or ""), *names[1:]]
    values = {TEXT: str, BOOLEAN: "True".__eq__, INTEGER: float, FLOAT: float}
    kinds = [table.column(name).type for name in names]
    assert all(len(row) == len(names) for row in rows)
    return [
        [values[kind](one) if one else "" for kind, one in zip(kinds, row, strict=True)]
        for row in rows
    ]


def held_against_text(table: Table, path: Path) -> None:
    frame = tables.read(table, path)
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    found = frame.astype(object).where(frame.notna(), "").to_numpy().tolist()
    assert found == by_hand(table, text)


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
@pytest.mark.parametrize("name", KINDS)
def test_damaged_tables_are_refused_or_read_as_they_stand(tmp_path, name):
    content = lines(KINDS[name]).encode()
    content = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
    assert refusals(tmp_path / name, content, partial(held_against_text, KINDS[name]), EACH)


def subsets() -> pd.DataFrame:
    rows = [
        ("chrI:0-20", "fold0", 0, 1.5, 0.5, 1.0, 0.1, "3,5", "ANG", "NNNNNNNACGATGTTTTTTTTTT"),
        ("chrI:30-50", "fold1", 1, 2.5, np.nan, 1.0, 0.1, "7", "C", "TTTNNNNNNNCAAAAAAAAAA"),
    ]
    return pd.DataFrame(rows, columns=SUBSETS.names)


def windows(**more: object) -> pd.DataFrame:
    facts = {"id": ["chrI:0-20", "chrI:30-50"], "group": ["chrI"] * 2, **more}
    return pd.DataFrame(
        facts
        | {"role": ["positive", "negative"], "source": ["x", "negative"], "gc": 0.5, "x": [1.0, 0]}
    )


def read_sis(path: Path) -> None:
    """What the jobs do with subsets before they cluster them."""
    table = read_subsets(path)
    write_bed(table, path.parent / "subsets.bed")
    assert all(parts_of(member) for member in members_of(table))


def read_inputs(path: Path) -> None:
    genome = path.parent / "genome.fa.gz"
    if not genome.exists():
        (path.parent / "genome.fa").write_text(">chrI\n" + "ACGT" * 25 + "\n")
        prepare_fasta(path.parent / "genome.fa", genome)
    inputs = open_inputs(path, genome)
    rows = np.arange(len(inputs.windows))
    assert inputs.arrays(rows).shape == (len(rows), inputs.length, 4)


def read_index(path: Path) -> None:
    study = open_study(path.parent)
    assert repr(study) and study.kinds


INDEXED = pd.DataFrame({"kind": ["sis"], "model": "m", "task": "x", "path": "sis.tsv.gz"})
INDEXED = INDEXED.reindex(columns=INDEX.names, fill_value="")
GENOME = {"chrom": "chrI", "start": [0, 30], "end": [20, 50]}
USED = {
    "sis.tsv": (SUBSETS, subsets(), read_sis),
    "windows.tsv": (GENOME_WINDOWS, windows(**GENOME), read_inputs),
    "records.tsv": (RECORD_WINDOWS, windows(sequence=["ACGTN", "GGCCA"]), read_inputs),
    "index.tsv": (INDEX, INDEXED, read_index),
}


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
@pytest.mark.parametrize("name", USED)
def test_what_uses_damaged_tables_ends_in_bad_input(tmp_path, name):
    table, frame, read = USED[name]
    content = tables.to_text(table, frame).encode()
    assert refusals(tmp_path / name, content, read, -(-INPUTS // 20))
