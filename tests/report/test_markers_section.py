"""Recall, falls of hidden chromosomes and sufficient sets, as the section of markers says them."""

import pandas as pd
from partial_tables import write_partial

from chromolens import tables
from chromolens.report.sections import markers
from chromolens.report.sections.markers import losses, sufficient
from chromolens.tables.markers import (
    CHROMOSOME_SHARES,
    MARKER_SETS,
    OCCLUDED,
    RECALL,
    SET_MARKERS,
    VERDICTS,
)


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


def test_a_fall_stands_beside_the_mass_of_its_chromosome(tmp_path):
    falls = pd.DataFrame({"task": ["t", "t", "u"], "chrom": ["I", "II", "I"], "metric": "r2"})
    falls = falls.assign(n=9, whole=[0.5, 0.5, 0.2], without=[0.1, 0.5, 0], fall=[0.4, 0, 0.2])
    falls = falls.assign(low=[0.3, -0.01, 0], high=[0.5, 0.01, 0.4])
    nothing = falls.assign(whole=-0.1)
    for name, table in ("good", falls), ("bad", nothing), ("other", falls[2:]):
        tables.write(OCCLUDED, table, tmp_path / f"{name}.tsv")
    shares = pd.DataFrame({"chrom": ["I", "II"], "markers": 5, "expected": 0.5, "mass": [1, 3]})
    shares = shares.assign(share=[0.25, 0.75], enrichment=[0.5, 1.5], largest=1.0)
    tables.write(CHROMOSOME_SHARES, shares, tmp_path / "shares.tsv")
    found = losses(
        "t",
        {(name,): tmp_path / f"{name}.tsv" for name in ("good", "bad", "other")},
        {("good", "t", "x"): {"chromosome_shares": tmp_path / "shares.tsv"}},
    )
    assert found.header == ["chromosome", "good: fall of R²", "good, x: share of the mass",
                            "bad: fall of R²"]  # fmt: skip
    assert found.rows == [
        ["I", "0.400 (0.300 to 0.500)", "25 %", "–"],
        ["II", "0.000 (−0.010 to 0.010)", "75 %", "–"],
    ]


def test_sets_are_summed_up_by_side(tmp_path):
    sides = ["high", "high", "high", "low"]
    sets = pd.DataFrame({"id": ["a", "a", "b", "c"], "fold": "fold0", "side": sides})
    sets = sets.assign(whole=1.0, masked=0.0, threshold=0.5, order=[0, 1, 0, 0])
    sets = sets.assign(markers=[2, 6, 0, 1], value=0.6, without_one=0.4, rest_value=0.1)
    tables.write(MARKER_SETS, sets, tmp_path / "sets.tsv.gz")
    kept = pd.DataFrame({"marker": ["m", "n"], "chrom": "IV", "position": [1200, 7]})
    kept = kept.assign(high=[1, 0], low=[0, 1], share=0.5)
    tables.write(SET_MARKERS, kept, tmp_path / "kept.tsv")
    files = {"marker_sets": tmp_path / "sets.tsv.gz", "set_markers": tmp_path / "kept.tsv"}
    assert sufficient({"net": files}).rows == [
        ["net", "high", "2", "1", "3, 4, 5", "IV:1,200 (1)"],
        ["net", "low", "1", "1", "1, 1, 1", "IV:7 (1)"],
    ]
    assert sufficient({}) is None


def test_a_verdict_is_a_row(tmp_path):
    rows = [
        ("m", "t", "x", "network", "the mass stays", "no"),
        ("n", "t", "x", "nothing", "0", ""),
    ]
    tables.write(VERDICTS, pd.DataFrame(rows, columns=VERDICTS.names), tmp_path / "verdicts.tsv")
    found = markers._verdicts(tables.read(VERDICTS, tmp_path / "verdicts.tsv"))
    assert found.rows == [[*rows[0]], [*rows[1][:-1], "–"]]
    assert markers._verdicts(tables.empty(VERDICTS)) is None


def test_a_sentence_per_kind_of_verdict():
    rows = [
        ("a", "t", "g", "nothing"),
        ("b", "t", "g", "nothing"),
        ("a", "u", "g", "nothing"),
        ("b", "u", "g", "genome"),
        ("c", "u", "g", "genome"),
        ("b", "v", "g", "network"),
    ]
    verdicts = pd.DataFrame(rows, columns=["model", "task", "method", "category"])
    assert list(markers.said(verdicts)) == [
        "The networks learned nothing that predicts t.",
        "What b shows of u by g and c shows of u by g is about the genome.",
        "What b shows of v by g is about the network, not the genome.",
    ]
