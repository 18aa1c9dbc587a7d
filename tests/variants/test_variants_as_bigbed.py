"""Variants as bigBed, read back by another library."""

import pandas as pd
import pyBigWig
import pytest

from chromolens.tables.variants import VARIANTS
from chromolens.variants.bigbed import autosql, write_bigbed
from tests.partial_tables import filled


def test_each_variant_once_a_task_at_its_place(tmp_path):
    rows = pd.DataFrame({
        "variant": ["a:11:A:C", "a:11:A:C", "a:30:GAT:G", "b:5:T:TA"], "chrom": list("aaab"),
        "start": [10, 10, 30, 5], "removed": ["A", "A", "AT", ""], "id": ["rs 1", "rs1", ".", "."],
        "effect": [-2.0, -2.0, 0.5, 1.0], "p": [0.01, 0.01, None, 1.0], "task": "x",
    })  # fmt: skip
    both = pd.concat([rows, rows.head(1).assign(task="y", effect=0.0)], ignore_index=True)
    write_bigbed(filled(VARIANTS, both), {"a": 100, "b": 50}, tmp_path / "v.bb")
    with pyBigWig.open(str(tmp_path / "v.bb")) as file:
        assert file.SQL().decode() == autosql()
        found = {chrom: file.entries(chrom, 0, size) for chrom, size in file.chroms().items()}
    cells = [[start, end, *text.split("\t")] for start, end, text in found["a"]]
    assert [row[:5] for row in cells] == [
        [10, 11, "rs 1", "1000", "."],
        [10, 11, "rs 1", "0", "."],
        [30, 32, "a:30:GAT:G", "250", "."],
    ]
    assert [row[5] for row in cells] == ["x", "y", "x"]
    assert [float(row[8]) for row in cells] == [-2.0, 0.0, 0.5]
    assert float(cells[0][9]) == pytest.approx(0.01) and cells[2][9] == "nan"
    assert found["b"][0][:2] == (5, 6)
