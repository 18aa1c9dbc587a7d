"""Tables are read as they were written, and what isn't as declared is refused with its place."""

import ast
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.tables import Table, checks, docs, inputs, markers, models, motifs, sis
from chromolens.tables.column import boolean, integer, number, text

ROOT = Path(__file__).parent.parent
# other than tables/: these read or write those of another tool
OTHERS = {
    "chromolens/checks/methods.py": "Snakemake's benchmarks",
    "chromolens/motifs/hits/finemo.py": "the regions for Fi-NeMo",
    "chromolens/tracks/chrombpnet.py": "the regions of chrombpnet",
}
NASTY = [
    "1",
    "007",
    "1e5",
    "NA",
    "nan",
    "None",
    "True",
    "inf",
    "N/A",
    "null",
    "-",
    '"',
    "a b",
    "µ",
]
SMALL = Table(
    "small.tsv",
    "of every type",
    (
        text("name", "any"),
        integer("count", "any"),
        number("value", "any", missing=True),
        boolean("flag", "any"),
        integer("size", "any", missing=True),
        text("note", "any", missing=True),
    ),
)
DECLARED = {
    f"{module.__name__.rsplit('.', 1)[1]}.{name}": table
    for module in (inputs, models, motifs, sis, checks, markers)
    for name, table in vars(module).items()
    if isinstance(table, Table)
}


def small() -> pd.DataFrame:
    count = len(NASTY)
    return pd.DataFrame(
        {
            "name": NASTY,
            "count": np.arange(count),
            "value": [np.nan, np.inf, 0.1 + 0.2, 1 / 3, 4.560544500000001, *range(count - 5)],
            "flag": np.arange(count) % 2 == 0,
            "size": np.arange(count) + 2**40,
            "note": ["", *NASTY[1:]],
        }
    )


@pytest.mark.parametrize("name", ["small.tsv", "small.tsv.gz"])
def test_names_and_numbers_survive(tmp_path, name):
    tables.write(SMALL, small(), tmp_path / name)
    pd.testing.assert_frame_equal(
        tables.read(SMALL, tmp_path / name), small(), check_exact=True, check_dtype=False
    )


def test_chromosomes_that_are_numbers_are_names(tmp_path):
    names = [str(number) for number in range(1, 23)]
    frame = pd.DataFrame({"chrom": names, "length": 1000, "md5": "0"})
    tables.write(inputs.CHROMOSOMES, frame, tmp_path / "chromosomes.tsv")
    assert list(tables.read(inputs.CHROMOSOMES, tmp_path / "chromosomes.tsv")["chrom"]) == names


def test_whole_numbers_with_holes_are_floats(tmp_path):
    frame = small().assign(size=[np.nan, *range(len(NASTY) - 1)])
    tables.write(SMALL, frame, tmp_path / "small.tsv")
    read = tables.read(SMALL, tmp_path / "small.tsv")["size"]
    assert read.isna().tolist() == [True] + [False] * (len(NASTY) - 1)


@pytest.mark.parametrize("name", DECLARED)
def test_every_table_without_rows_is_read_back(name, tmp_path):
    table = DECLARED[name]
    tables.write(table, tables.empty(table), tmp_path / "table.tsv")
    read = tables.read(table, tmp_path / "table.tsv")
    assert list(read) == table.names and not len(read)


@pytest.mark.parametrize("name", DECLARED)
def test_every_declaration_is_whole(name):
    table = DECLARED[name]
    assert table.file and table.meaning
    assert len(set(table.names)) == len(table.names)
    assert sum(column.many for column in table.columns) <= 1
    assert all(column.name and column.meaning for column in table.columns)


def test_columns_that_a_study_names(tmp_path):
    frame = pd.DataFrame({"id": ["a"], "group": ["1"], "role": ["tile"], "source": ["tile"]})
    frame = frame.assign(**{"b": 1.5, "b.label": np.nan, "fold": "0", "replicate": 0})
    tables.write(models.PREDICTIONS, frame, tmp_path / "predictions.tsv.gz")
    pd.testing.assert_frame_equal(
        tables.read(models.PREDICTIONS, tmp_path / "predictions.tsv.gz"),
        frame,
        check_dtype=False,
    )


def test_constants_are_first_columns(tmp_path):
    table = replace(SMALL, columns=(text("model", "any"), text("task", "any"), *SMALL.columns))
    tables.write(table, small(), tmp_path / "t.tsv", model="NA", task="1")
    read = tables.read(table, tmp_path / "t.tsv")
    assert list(read)[:2] == ["model", "task"]
    assert set(read["model"]) == {"NA"} and set(read["task"]) == {"1"}


def test_the_same_frame_gives_the_same_bytes(tmp_path):
    for name in ("a.tsv.gz", "b.tsv.gz"):
        tables.write(SMALL, small(), tmp_path / name)
    first, second = ((tmp_path / name).read_bytes() for name in ("a.tsv.gz", "b.tsv.gz"))
    assert first == second
    assert gzip.decompress(first).decode() == tables.to_text(SMALL, small())


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("name\tcount\tvalue\tflag\tsize", "no column 'note'"),
        ("name\tcount\tvalue\tflag\tsize\tnote\tnotes", "unknown column 'notes'"),
        ("name\tcount\tvalue\tflag\tsize\tnote\tname", "column 'name' stands there twice"),
        ("", "no column 'name'"),
    ],
)
def test_other_columns_are_refused(tmp_path, head, found):
    (tmp_path / "small.tsv").write_text(head and f"{head}\n")
    with pytest.raises(BadInput, match=found) as error:
        tables.read(SMALL, tmp_path / "small.tsv")
    assert "small.tsv, line 1" in str(error.value) and "what to do" in str(error.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a\tmany\t1\tTrue\t1\t", ["column 'count' holds 'many'", "an integer"]),
        ("a\t1.5\t1\tTrue\t1\t", ["column 'count' holds '1.5'", "an integer"]),
        ("a\t\t1\tTrue\t1\t", ["column 'count' holds ''", "an integer"]),
        ("a\t1\tfew\tTrue\t1\t", ["column 'value' holds 'few'", "a number, or nothing"]),
        ("a\t1\t1\tyes\t1\t", ["column 'flag' holds 'yes'", "True or False"]),
        ("a\t1\t1\t\t1\t", ["column 'flag' holds ''", "True or False"]),
        ("a\t1\t1\tTrue\t1.5\t", ["column 'size' holds '1.5'", "an integer, or nothing"]),
        ("\t1\t1\tTrue\t1\t", ["column 'name' holds ''", "some text"]),
        ("a\t1\t1", ["3 cells", "6"]),
        ("a\t1\t1\tTrue\t1\t\tmore", ["7 cells", "6"]),
    ],
)
@pytest.mark.parametrize("name", ["small.tsv", "small.tsv.gz"])
def test_a_wrong_cell_is_refused_with_its_line(tmp_path, name, line, said):
    good = "b\t1\t1\tTrue\t1\t"
    content = "\n".join(["name\tcount\tvalue\tflag\tsize\tnote", good, line, good, ""]).encode()
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    with pytest.raises(BadInput) as error:
        tables.read(SMALL, tmp_path / name)
    for words in [*said, f"{name}, line 3", "what to do"]:
        assert words in str(error.value)


def test_what_is_cut_short_or_absent_is_named(tmp_path):
    tables.write(SMALL, small(), tmp_path / "small.tsv.gz")
    (tmp_path / "cut.tsv.gz").write_bytes((tmp_path / "small.tsv.gz").read_bytes()[:-20])
    (tmp_path / "plain.tsv.gz").write_text(tables.to_text(SMALL, small()))
    for name in ("cut.tsv.gz", "plain.tsv.gz", "absent.tsv"):
        with pytest.raises(BadInput, match=name):
            tables.read(SMALL, tmp_path / name)


def test_a_frame_with_other_columns_is_not_written(tmp_path):
    for frame in (
        small().drop(columns="note"),
        small().assign(more=1),
        small()[small().columns[::-1]],
    ):
        with pytest.raises(ValueError, match=r"small\.tsv"):
            tables.write(SMALL, frame, tmp_path / "small.tsv")
    assert not list(tmp_path.iterdir())


def test_a_failing_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "small.tsv"
    tables.write(SMALL, small(), path)
    old = path.read_bytes()

    def half(self: pd.DataFrame, target: object, **_: object) -> None:
        target.write(b"name\tcou")
        raise RuntimeError("killed")

    monkeypatch.setattr(pd.DataFrame, "to_csv", half)
    with pytest.raises(RuntimeError, match="killed"):
        tables.write(SMALL, small().iloc[:2], path)
    assert path.read_bytes() == old and list(tmp_path.iterdir()) == [path]


def calls(path: Path) -> set[str]:
    """Which of pandas' readers and writers of tables a file calls."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    names = {node.func.attr for node in nodes if isinstance(node.func, ast.Attribute)}
    return names & {"read_csv", "read_table", "read_fwf", "to_csv"}


def test_nothing_else_reads_or_writes_tables():
    files = [*(ROOT / "chromolens").rglob("*.py"), *(ROOT / "scripts").glob("*.py")]
    found = {str(path.relative_to(ROOT)) for path in files if calls(path)}
    assert found - {"chromolens/tables/__init__.py"} == set(OTHERS)


def test_the_page_about_files_has_the_columns_that_are_declared():
    # pytest shows the lines that differ; `make docs` writes the page again
    assert docs.TARGET.read_text() == docs.page()
