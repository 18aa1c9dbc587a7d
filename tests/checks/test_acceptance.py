"""Criteria against tables written by hand."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from partial_tables import filled, write_partial

from chromolens import tables
from chromolens.checks.acceptance import failed, judge, show
from chromolens.checks.criteria import check_criteria
from chromolens.checks.evidence import Evidence, read_evidence
from chromolens.errors import BadInput
from chromolens.tables.checks import ACCEPTANCE
from chromolens.tables.motifs import MERGED, PAIRS
from chromolens.tables.sis import SUBSET_MOTIFS


@pytest.fixture
def evidence() -> Evidence:
    pooled = [("m", "A", "auroc", 0.9), ("m", "B", "auroc", 0.7), ("m", "A", "jsd", 0.3)]
    pooled.append(("m", "A", "jsd_baseline", 0.5))
    columns = ["model", "task", "reading", "sign", "named", "name", "others", "family", "q"]
    columns += ["support", "windows", "partner", "motif", "consensus"]
    motifs = [
        ("m", "A", "modisco", "pos", True, "CBF1", "PHO4;TYE7", "bHLH", 1e-5, 50, 100, "MET4"),
        ("m", "A", "sis_aligned", "pos", True, "PHO4", "", "bHLH", 1e-4, 25, 50, ""),
        ("m", "A", "modisco", "neg", True, "REB1", "", "Myb", 1e-4, 30, 100, ""),
        ("m", "A", "sis_paper", "pos", False, "ABF1", "", "", 0.5, 3, 50, ""),
        ("m", "A", "sis_paper", "pos", False, "", "", "", 0.9, 2, 50, ""),
        ("m", "A", "sis_paper", "pos", False, "", "", "", 0.9, 3, 50, ""),
    ]
    # the first of the paper's clusters has two motifs
    called = ["CBF1", "aligned_0", "REB1", "paper_0.0", "paper_0.1", "paper_1.0"]
    motifs = [(*row, name, "ACGT") for row, name in zip(motifs, called, strict=True)]
    flagged = pd.DataFrame([("m", "A", "d", 0.002, 1e-3, 0.01)])
    flagged.columns = ["model", "task", "method", "share_flagged", "max_error", "max_flagged"]
    pairs = pd.DataFrame({"first_name": ["A", "A", "A"], "second_name": ["B", "A", "C"]})
    pairs = pairs.assign(model="m", found=[True, False, True], gap_low=2, gap_high=18)
    return Evidence(
        pooled=pd.DataFrame(pooled, columns=["model", "task", "metric", "value"]),
        motifs=pd.DataFrame(motifs, columns=columns),
        completeness=flagged,
        planted=pd.DataFrame(),
        tiles=pd.DataFrame(columns=["model", "task", "metric", "value"]),
        pairs=filled(PAIRS, pairs),
    )


def one(evidence: Evidence, **criterion: object) -> tuple[float, str]:
    whole = {"kind": "floor", "readings": ["modisco", "sis"], "names": [], "families": []}
    row = judge([whole | criterion], evidence).iloc[0]
    return row["value"], row["result"]


@pytest.mark.parametrize(
    ("criterion", "value", "result"),
    [
        ({"value": "metric", "metric": "auroc", "task": "A", "min": 0.9}, 0.9, "PASS"),
        ({"value": "metric", "metric": "auroc", "min": 0.85}, 0.8, "FAIL"),
        ({"value": "gain", "metric": "jsd", "task": "A", "min": 0.1}, 0.2, "PASS"),
        ({"value": "motif", "names": ["PHO4"]}, 1.0, "PASS"),  # another name of MoDISco's pattern
        ({"value": "motif", "names": ["MET4"], "readings": ["modisco"]}, 1.0, "PASS"),  # partner
        ({"value": "motif", "families": ["bHLH"]}, 1.0, "PASS"),
        ({"value": "motif", "names": ["PHO4"], "readings": ["sis_aligned"]}, 1.0, "PASS"),
        ({"value": "motif", "names": ["PHO4"], "readings": ["sis_paper", "sis"]}, 0.5, "FAIL"),
        ({"value": "motif", "names": ["TYE7"]}, 0.5, "FAIL"),  # MoDISco alone
        ({"value": "motif", "names": ["REB1"], "readings": ["modisco"]}, 0.0, "FAIL"),  # negative
        ({"value": "motif", "names": ["ABF1"]}, 0.0, "FAIL"),  # not named
        ({"value": "absent_motif", "names": ["REB1"]}, 1.0, "PASS"),
        ({"value": "absent_motif", "names": ["CBF1"]}, 0.0, "FAIL"),
        ({"value": "named_motifs", "max": 0}, 3.0, "FAIL"),
        ({"value": "named_share", "max": 0.5}, 0.5, "PASS"),
        ({"value": "clusters", "readings": ["sis_paper"], "min": 2, "max": 2}, 2.0, "PASS"),
        ({"value": "clusters", "readings": ["sis_aligned"], "min": 2, "max": 2}, 1.0, "FAIL"),
        ({"value": "clusters", "task": "B", "readings": ["sis_paper"], "max": 0}, 0.0, "PASS"),
        ({"value": "flagged", "max": 0.001}, 0.002, "FAIL"),
        ({"value": "pair", "names": ["b", "A"], "spacing": [2, 20]}, 1.0, "PASS"),
        ({"value": "pair", "names": ["A", "B"], "spacing": [3, 20]}, 0.0, "FAIL"),
        ({"value": "pair", "names": ["A", "A"], "spacing": [2, 20]}, 0.0, "FAIL"),  # not found
        ({"value": "other_pairs", "names": ["A", "B"], "max": 0}, 1.0, "FAIL"),
    ],
)
def test_criteria(evidence: Evidence, criterion: dict, value: float, result: str) -> None:
    found = one(evidence, model="m", **criterion)
    assert found == (pytest.approx(value), result)


def test_a_value_without_evidence_fails(evidence: Evidence) -> None:
    assert one(evidence, value="metric", metric="auprc", model="m", min=0.1)[1] == "FAIL"


def test_motifs_tables_say_who_read_them(tmp_path) -> None:
    rows = {"named": True, "name": "REB1", "others": "", "family": "", "q": 0.001}
    written = {
        "modisco": pd.DataFrame(
            [{"pattern": "pos.pattern_0", "sign": "pos", "motif": "a", **rows}]
        ),
        "sis": pd.DataFrame([{"motif": m, **rows} for m in ("paper_0.1", "aligned_2")]),
        "none": pd.DataFrame(columns=["motif", *rows]),
    }
    for name, table in written.items():
        kind = MERGED if name == "modisco" else SUBSET_MOTIFS
        write_partial(kind, table.assign(model="m", task="A"), tmp_path / name)
    found = read_evidence({"motifs": [str(tmp_path / name) for name in written]})
    assert found.motifs["reading"].tolist() == ["modisco", "sis_paper", "sis_aligned"]
    assert one(found, value="motif", names=["REB1"]) == (1.0, "PASS")


def test_goals_do_not_fail_a_study(evidence: Evidence) -> None:
    base = {"value": "metric", "metric": "auroc", "model": "m", "min": 0.95, "readings": []}
    base |= {"names": [], "families": []}
    table = judge([base | {"kind": "goal"}, base | {"kind": "floor"}], evidence)
    assert table["result"].tolist() == ["FAIL", "FAIL"]
    assert failed(table).index.tolist() == [1]


@pytest.mark.parametrize(
    ("criterion", "message"),
    [
        ({"value": "aurok"}, "no value named 'aurok'.*\n.*metric"),
        ({"value": "flagged", "model": "n"}, "no model named 'n'.*\n.*one of m"),
        ({"value": "flagged", "task": "C"}, "no task named 'C'.*\n.*A, B\n.*entry 1"),
        ({"value": "flagged"}, "'flagged' has no bound(.|\n)*min, max or both"),
        ({"value": "metric", "metric": "auroc"}, "'metric' has no bound"),
        ({"value": "metric", "min": 0.9}, "'metric' has no metric(.|\n)*one of auroc"),
        ({"value": "metric", "metric": "auc", "min": 0.9}, "'auc'.*did you mean 'auroc'"),
        ({"value": "gain", "metric": "auroc", "min": 0}, "no metric named 'auroc'(.|\n)*jsd"),
        ({"value": "tiles", "metric": "jsd", "min": 0}, "no metric named 'jsd'(.|\n)*kmer"),
        (
            {"value": "metric", "metric": "auroc", "min": 0.9, "max": 0.5},
            "can't be 0.9 or more",
        ),
        ({"value": "verdict"}, "'verdict' has no names"),
        ({"value": "verdict", "names": ["netwrk"]}, "'netwrk'.*did you mean 'network'"),
        ({"value": "known_loci"}, "doesn't say by whom(.|\n)*one of m, scan, ridge"),
        ({"value": "known_loci", "by": "scam"}, "no by named 'scam'.*did you mean 'scan'"),
        ({"value": "spiked_recall", "by": "scan"}, "'spiked_recall' has no bound"),
        ({"value": "motif"}, "'motif' has no names"),
        ({"value": "pair", "names": ["A"]}, "'pair' is of two motifs"),
        ({"value": "edited", "min": 0}, "'edited' has no metric(.|\n)*one of start, end"),
    ],
)
def test_what_nobody_can_measure_is_refused(criterion: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        whole = {"names": [], "families": []} | criterion
        check_criteria([whole], {"m": ["A", "B"]}, {"m": ["auroc", "jsd", "jsd_baseline"]})


def test_contributions_that_do_not_add_up_fail_a_study(evidence: Evidence) -> None:
    assert not len(judge([], evidence))
    unsound = evidence.completeness.assign(share_flagged=0.03)
    table = judge([], replace(evidence, completeness=unsound))
    assert failed(table)["name"].tolist() == ["contributions add up: m A d"]
    assert table["bound"].item() == "<= 0.01" and table["value"].item() == 0.03


def test_an_undefined_value_says_why(evidence: Evidence) -> None:
    evidence.pooled.loc[evidence.pooled["task"] == "B", "value"] = float("nan")
    pooled = evidence.pooled.assign(n=90, positives=0)
    whole = {"kind": "floor", "value": "metric", "metric": "auroc", "min": 0.5}
    whole |= {"names": [], "families": [], "readings": []}
    row = judge([whole], replace(evidence, pooled=pooled)).iloc[0]
    assert row["result"] == "FAIL" and math.isnan(row["value"])
    assert row["explanation"] == "A 0.900, B is undefined (90 windows, 0 positive)"


def test_first_tokens_are_of_the_records_that_hold_a_name(evidence):
    rows = [("m", "d", "A", "x", 1.0, "a b c d e known"), ("m", "d", "A", "y", 1.0, "known b")]
    rows += [("m", "d", "A", "z", 1.0, "b c"), ("m", "d", "B", "w", 1.0, "a b c d e f known")]
    ranked = pd.DataFrame(rows, columns=["model", "method", "task", "id", "value", "tokens"])
    evidence = replace(evidence, tokens=ranked)
    asked = {"value": "first_tokens", "model": "m", "names": ["known", "other"]}
    assert one(evidence, **asked, task="A", min=0.5) == (0.5, "PASS")
    assert one(evidence, **asked)[0] == pytest.approx(1 / 3)
    assert math.isnan(one(evidence, **asked | {"names": ["none"]}, min=0.5)[0])
    with pytest.raises(BadInput, match="has no names"):
        criterion = {"value": "first_tokens", "names": [], "families": [], "min": 0.9}
        check_criteria([criterion], {"m": ["A"]}, {"m": []})


@pytest.fixture
def of_markers(evidence):
    known = [("t", "I", 500, "m x", "m1", 20.0, True), ("t", "II", 9, "m x", "", math.nan, False)]
    known += [("t", "I", 500, "scan", "m1", 20.0, True), ("u", "I", 500, "m x", "m7", 9e4, False)]
    columns = ["trait", "chrom", "position", "source", "lead", "distance", "found"]
    verdicts = [("m", "t", "x", "network"), ("m", "u", "x", "nothing"), ("n", "t", "x", "genome")]
    recall = [("t", "m x", "all", 4, 1, 0.25, 3, 0.0), ("t", "m y", "all", 4, 3, 0.75, 2, 0.5)]
    recall += [("t", "m x", "quarter 1", 1, 0, 0.0, 1, 1.0), ("t", "scan", "all", 4, 4, 1.0, 4, 1)]
    counted = ["trait", "source", "where", "causal", "recovered", "recall", "decoys", "false_rate"]
    return replace(
        evidence,
        known=pd.DataFrame(known, columns=columns),
        verdicts=pd.DataFrame(verdicts, columns=["model", "task", "method", "category"]),
        recall=pd.DataFrame(recall, columns=counted).assign(chance=0.1, called=0),
    )


@pytest.mark.parametrize(
    ("criterion", "value", "result"),
    [
        ({"value": "known_loci", "by": "m", "task": "t"}, 0.5, "FAIL"),
        ({"value": "known_loci", "by": "m", "task": "t", "names": ["I:500"]}, 1, "PASS"),
        ({"value": "known_loci", "by": "m", "names": ["I:500"]}, 0.5, "FAIL"),
        ({"value": "known_loci", "by": "scan"}, 1, "PASS"),
        ({"value": "verdict", "model": "m", "task": "t", "names": ["network"]}, 1, "PASS"),
        ({"value": "verdict", "model": "m", "task": "t", "names": ["genome"]}, 0, "FAIL"),
        ({"value": "verdict", "task": "t", "names": ["genome", "network"]}, 1, "PASS"),
        ({"value": "verdict", "model": "m", "names": ["nothing"]}, 0.5, "FAIL"),
        ({"value": "spiked_recall", "by": "m", "task": "t", "min": 0.5}, 0.25, "FAIL"),
        ({"value": "spiked_recall", "by": "m", "method": "y", "min": 0.5}, 0.75, "PASS"),
        ({"value": "spiked_recall", "by": "scan", "min": 1}, 1, "PASS"),
        ({"value": "spiked_decoys", "by": "m", "max": 0.4}, 0.5, "FAIL"),
        ({"value": "spiked_decoys", "by": "m", "method": "x", "max": 0}, 0, "PASS"),
    ],
)
def test_criteria_of_markers(of_markers, criterion, value, result):
    assert one(of_markers, **criterion) == (value, result)


def test_a_model_without_a_verdict_fails_and_says_why(of_markers, evidence):
    whole = {"kind": "floor", "value": "verdict", "names": ["genome"], "families": []}
    row = judge([whole | {"model": "n", "task": "u", "readings": []}], of_markers).iloc[0]
    assert row["result"] == "FAIL" and "no verdict: that takes ten" in row["explanation"]
    absent = {"value": "spiked_recall", "by": "scan", "task": "z", "min": 0}
    assert one(of_markers, **absent)[1] == one(evidence, **absent)[1] == "FAIL"


def test_predictions_along_edits(evidence):
    """Two windows, edited up and down: each measure is the mean of the windows' own."""
    paths = {("up", "x"): [0.5, 0.9, 0.7], ("up", "y"): [0.1, 0.3], ("down", "x"): [0.5, 0.0]}
    rows = [
        {
            "model": "m",
            "task": "A",
            "edit": "e",
            "direction": direction,
            "id": name,
            "prediction": p,
        }
        for (direction, name), path in paths.items()
        for p in path
    ]
    found = replace(evidence, edits=pd.DataFrame(rows))
    expected = {"start": 0.3, "end": 0.5, "lowest": 0.3, "highest": 0.6, "change": 0.2}
    for metric, value in expected.items():
        asked = {"value": "edited", "metric": metric, "edit": "e", "direction": "up"}
        assert one(found, **asked, min=value - 0.01) == (pytest.approx(value), "PASS")
    down = {"value": "edited", "metric": "end", "direction": "down"}
    assert one(found, **down, max=0.5) == (0.0, "PASS")
    none = {"value": "edited", "metric": "end", "edit": "other"}
    assert one(found, **none, max=0.5)[1] == "FAIL"


@pytest.mark.parametrize(
    ("criterion", "value", "result"),
    [
        ({"value": "matches", "task": "A", "min": 40, "max": 40}, 40, "PASS"),
        ({"value": "missed", "task": "A", "method": "x", "max": 0}, 4, "FAIL"),
        ({"value": "missed", "task": "A", "max": 8}, 8, "PASS"),  # the worse method
        ({"value": "missed_share", "task": "A", "method": "y", "max": 0.2}, 0.2, "PASS"),
        ({"value": "match_contribution", "task": "B", "max": 0.1}, 0.05, "PASS"),
        ({"value": "missed", "task": "A", "names": ["w"], "max": 9}, math.nan, "FAIL"),
    ],
)
def test_criteria_of_known_motifs(evidence, criterion, value, result):
    rows = [("m", "x", "A", "v", 40, 4, 0.1, 2.0), ("m", "y", "A", "v", 40, 8, 0.2, 1.0)]
    rows += [("m", "x", "B", "v", 40, 20, 0.5, 0.05), ("m", "x", "A", "z", 9, 9, 1.0, -1.0)]
    columns = ["model", "method", "task", "motif", "matches", "missed", "share", "mean"]
    evidence = replace(evidence, missed=pd.DataFrame(rows, columns=columns))
    found = one(evidence, model="m", **{"names": ["v"], **criterion})
    assert found == (pytest.approx(value, nan_ok=True), result)


def test_a_study_without_criteria_says_so(tmp_path):
    tables.write(ACCEPTANCE, judge([], read_evidence({})), tmp_path / "acceptance.tsv")
    assert show(tmp_path / "acceptance.tsv") == "the study has no acceptance criteria"
