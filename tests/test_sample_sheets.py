"""Sample sheets: pooled by task, paths beside the sheet."""

import pytest

from chromolens.errors import BadInput
from chromolens.planning.samples import read_samples


def sheet(tmp_path, *rows):
    path = tmp_path / "samples.tsv"
    path.write_text("".join("\t".join(row) + "\n" for row in rows))
    return path


def test_replicates_are_collected(tmp_path):
    path = sheet(
        tmp_path,
        ("task", "replicate", "peaks", "plus", "minus"),
        ("b", "1", "b1.bed", "b1.bw", "b1m.bw"),
        ("a", "1", "", "/data/a.bw", ""),
        ("b", "2", "", "b2.bw", ""),
        ("c", "", "https://host/c.bed", "", ""),
    )
    here = str(tmp_path)
    assert read_samples(path) == {
        "peaks": {"b": [f"{here}/b1.bed"], "c": ["https://host/c.bed"]},
        "signals": {
            "b": {"plus": [f"{here}/b1.bw", f"{here}/b2.bw"], "minus": [f"{here}/b1m.bw"]},
            "a": {"plus": ["/data/a.bw"]},
        },
    }


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("task", "peak"), ("a", "a.bed")], "columns task, peak"),
        ([("peaks",), ("a.bed",)], "columns peaks"),
        ([("task", "peaks")], "0 rows"),
        ([("task", "peaks"), ("a", "")], "without a task or without files"),
        ([("task", "peaks", "minus"), ("a", "a.bed", "a.bw")], "no plus signal"),
        (
            [("task", "replicate", "peaks"), ("a", "1", "a.bed"), ("a", "1", "b.bed")],
            "replicate 1 of a is listed twice",
        ),
    ],
)
def test_sheets_that_can_not_be_used(tmp_path, rows, message):
    with pytest.raises(BadInput, match=message) as error:
        read_samples(sheet(tmp_path, *rows))
    assert "samples.tsv" in str(error.value)


def test_no_sheet(tmp_path):
    with pytest.raises(BadInput, match="can't be read"):
        read_samples(tmp_path / "absent.tsv")
