"""The section of markers: recall of causal markers, as the page says it."""

import pandas as pd
from partial_tables import write_partial

from chromolens.report.sections import markers
from chromolens.tables.markers import RECALL


def test_a_row_per_reader_and_a_column_per_place(tmp_path):
    counts = ["causal", "recovered", "decoys", "called"]
    rows = {
        ("last x", "all"): [16, 3, 15, 2],
        ("last x", "quarter 1"): [0, 0, 0, 0],
        ("last x", "last 3.6 %"): [2, 2, 1, 0],
        ("scan", "all"): [16, 16, 15, 0],
        ("scan", "quarter 1"): [0, 0, 0, 0],
        ("scan", "last 3.6 %"): [2, 2, 1, 0],
    }
    table = pd.DataFrame(rows.values(), columns=counts).assign(trait="t", chance=0.2)
    table[["source", "where"]] = list(rows)
    write_partial(RECALL, table.assign(precision=[0.25, None, None] * 2), tmp_path / "recall.tsv")
    (found,) = markers._recall({"recall": tmp_path / "recall.tsv"})
    assert "Causal markers of t" in found.caption
    assert found.header[1:4] == ["causal markers recovered", "quarter 1", "last 3.6 %"]
    assert found.rows == [
        ["last x", "3 of 16", "–", "2 of 2", "20 %", "2 of 15", "25 %"],
        ["scan", "16 of 16", "–", "2 of 2", "20 %", "0 of 15", "25 %"],
    ]
    assert markers._recall({}) == []
