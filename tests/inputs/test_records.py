"""Records that can't be used: every one is refused with its file."""

import pytest

from chromolens.errors import BadInput
from chromolens.inputs.records import read_source, split_names
from chromolens.inputs.sequences import prepare


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["id\tsequence\tlabel", "x\tACGT\t1", "y\tACG\t0", "z\tACCC\t0"], "y has 3 bases and"),
        (["id\tsequence\tlabel", "x\tACGT\t1", "x\tACGG\t0"], "two records have the id 'x'"),
        (["id\tsequence\tlabel", "x\tAC-T\t1"], "record 'x' has letters '-'"),
        (["id\tsequence\tlabel", "x\t\t1"], "an empty id or sequence"),
        (["id\tsequence\tlabel", "x\tACGT\tyes"], "the label of label is 'yes'"),
        (["id\tsequence\tlabel", "x\tACGT\tinf"], "the label of label is 'inf'"),
        (["id\tsequence\tgc", "x\tACGT\t1"], "a task can't be named 'gc'"),
        (["id\tsequence", "x\tACGT"], "2 columns"),
        (["id\tsequence\tlabel"], "no records"),
        (["x\tACGT\t1\t0"], "2 columns of labels and 1 names"),
    ],
)
def test_tables_that_can_not_be_used(write_lines, lines, message):
    path = write_lines("t.tsv", lines)
    with pytest.raises(BadInput, match=message) as error:
        prepare(sequences=[{"table": path}])
    assert path in str(error.value) or "named 'gc'" in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ["1", "0"]}, "2 lines of labels for 3 records"),
        ({"labels": ["1", "0 1", "1"]}, "2 labels"),
        ({"labels": ["1 0", "0 1", "1 0"]}, "2 columns of labels and 1 names"),
        ({"fasta": ["ACGT"]}, "doesn't start with '>'"),
    ],
)
def test_fasta_files_that_can_not_be_used(write_lines, change, message):
    lines = {
        "fasta": [">x", "ACGT", ">y", "GGGG", ">z", "TTAA"],
        "labels": ["1", "0", "1"],
    } | change
    source = {name: write_lines(name, content) for name, content in lines.items()}
    with pytest.raises(BadInput, match=message):
        read_source(source)


@pytest.mark.parametrize(
    "source", [{}, {"fasta": "a.fa"}, {"table": "t", "label": 1}, {"bed": "x"}]
)
def test_sources_that_are_none(source):
    with pytest.raises(BadInput, match="a source of sequences with"):
        read_source(source)


def test_an_empty_folder_and_an_absent_file(tmp_path):
    with pytest.raises(BadInput, match="no FASTA file"):
        read_source({"fasta": str(tmp_path), "label": 1})
    with pytest.raises(BadInput, match="can't be read"):
        read_source({"table": str(tmp_path / "absent.tsv")})


def test_a_truncated_file(write_lines):
    path = write_lines("t.tsv.gz", ["x\tACGTACGTCCA\t1"] * 99)
    content = open(path, "rb").read()
    open(path, "wb").write(content[: len(content) // 2])
    with pytest.raises(BadInput, match="can't be read"):
        read_source({"table": path})


def table_of(write_lines, names):
    rows = [f"{name}\t{'ACGT'[i]}CGT\t1" for i, name in enumerate(names)]
    return write_lines("t.tsv", ["id\tsequence\tlabel", *rows])


def test_files_of_ids_name_the_groups_of_records(write_lines):
    table = table_of(write_lines, "wxyz")
    splits = {"test": write_lines("test.txt.gz", ["z", "", "x "])}
    records = read_source({"table": table, "split": "rest", "splits": splits})
    assert dict(zip(records["id"], records["split"], strict=True)) == {
        "w": "rest",
        "x": "test",
        "y": "rest",
        "z": "test",
    }
    assert split_names([{"table": table, "splits": splits}]) == ["", "test"]
    groups = prepare(sequences=[{"table": table, "splits": splits}]).windows["group"]
    assert groups[[1, 3]].eq("test").all() and groups[[0, 2]].str.startswith("part").all()


def test_ids_that_no_record_has_or_that_stand_twice(write_lines):
    table = table_of(write_lines, "wxyz")
    one, other = write_lines("a.txt", ["w", "v"]), write_lines("b.txt", ["y", "x"])
    with pytest.raises(BadInput, match="no record 'v'") as error:
        read_source({"table": table, "splits": {"test": one}})
    assert f"{one}, line 2" in str(error.value)
    twice = write_lines("c.txt", ["x"])
    with pytest.raises(BadInput, match="'x' is named twice") as error:
        read_source({"table": table, "splits": {"val": other, "test": twice}})
    assert f"{other}, line 2; and {twice}, line 1" in str(error.value)
