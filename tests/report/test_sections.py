"""What the sections say about the files, against counts done another way."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chromolens import tables
from chromolens.checks.positions import percent
from chromolens.report.figures import charts
from chromolens.report.page import render
from chromolens.report.sections import data, methods, patterns, performance, subsets, verdict
from chromolens.report.tables import decimal, plural, significant, words
from chromolens.tables.checks import TILES
from chromolens.tables.inputs import FOLDS, REGIONS, REGIONS_DROPPED
from chromolens.tables.models import HISTORY, PREDICTIONS
from tests.partial_tables import write_partial


def test_windows_are_counted_by_task(study):
    windows = pd.read_csv(study.windows, sep="\t")
    kept = data.context(study)["kept"]
    for task, own, positive, negative, masked in kept.rows:
        assert int(positive) == (windows[task] == 1).sum()
        assert int(negative) == (windows[task] == 0).sum()
        assert int(masked) == windows[task].isna().sum()
        assert int(own) == (windows["source"] == task).sum()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["chr10", "chr2", "chrX"], ["chr2", "chr10", "chrX"]),
        (["chrX", "chrIX", "chrII", "chrM"], ["chrII", "chrIX", "chrX", "chrM"]),
        (["part10", "part9"], ["part9", "part10"]),
        (
            ["chr1-900-1000", "chr10-0-9", "chr1-1100-1200", "chr2-5-7"],
            ["chr1-900-1000", "chr1-1100-1200", "chr2-5-7", "chr10-0-9"],
        ),
    ],
)
def test_chromosomes_come_as_people_count_them(given, expected):
    assert data.ordered(given) == expected


def test_each_group_is_test_once_in_the_diagram(study):
    folds = data.context(study)["folds"]
    tests = [group for _, cells in folds["rows"] for group, role in cells if role == "test"]
    assert sorted(tests) == sorted(group for group, *_ in folds["groups"])


def test_of_many_groups_those_with_most_windows_are_in_the_diagram(study, tmp_path):
    table = pd.read_csv(study.folds, sep="\t")
    names = [f"scaffold{i}" for i in range(100)]
    more = [{"fold": fold, "role": "training", "group": group}
            for fold in table["fold"].unique() for group in names]  # fmt: skip
    tables.write(FOLDS, pd.concat([table, pd.DataFrame(more)]), tmp_path / "folds.tsv")
    folds = data.context(dataclasses.replace(study, folds=tmp_path / "folds.tsv"))["folds"]
    shown = [group for group, *_ in folds["groups"]]
    assert len(shown) == 60 and set(table["group"]) <= set(shown)
    assert folds["others"] == str(table["group"].nunique() + 100 - 60)
    assert {len(cells) for _, cells in folds["rows"]} == {60}
    assert data.context(study)["folds"]["others"] == "0"


def test_regions_are_shown_with_what_they_leave_out(study, tmp_path):
    windows = pd.DataFrame({"chrom": ["chrI", "chrI", "chrV"], "start": [1, 5, 9], "end": 30})
    tables.write(REGIONS, windows, tmp_path / "regions.tsv.gz")
    lost = [("same window as another region's", "", 4, "chrI:1")]
    lost = pd.DataFrame(lost, columns=REGIONS_DROPPED.names)
    tables.write(REGIONS_DROPPED, lost, tmp_path / "dropped.tsv")
    own = dataclasses.replace(
        study,
        regions={("ism",): tmp_path / "regions.tsv.gz"},
        regions_dropped={("ism",): tmp_path / "dropped.tsv"},
        config={"attribution": {"methods": {"ism": {"regions": "mine.bed"}}}},
    )
    explained, left_out = data.context(own)["regions"]
    assert explained.rows == [["ism", "mine.bed", "3", "2"]]
    assert left_out.rows == [["ism", "same window as another region's", "4", "chrI:1"]]
    assert data.context(study)["regions"] == []


def test_reliability_bins_against_a_plain_loop(study):
    table = performance.pool_predictions(study)["cnn"]
    _, drawing = performance._reliability("cnn", "Reb1", table)
    own = table[["Reb1", "Reb1.label"]].dropna().sort_values("Reb1", kind="stable")
    last = own.tail(len(own) // 10)
    predicted = np.mean([1 / (1 + np.exp(-v)) for v in last["Reb1"]])
    told = f"predicted {predicted:.2f}, true {last['Reb1.label'].mean():.2f}"
    assert told in drawing


def test_replicates_are_averaged(study, tmp_path):
    key = ("cnn", "fold0", 0)
    other = tables.read(PREDICTIONS, study.predictions[key])
    mean = other["Reb1"].mean()
    other["Reb1"] += 1.0
    tables.write(PREDICTIONS, other, tmp_path / "r1.tsv")
    twice = {key: study.predictions[key], ("cnn", "fold0", 1): tmp_path / "r1.tsv"}
    pooled = performance.pool_predictions(dataclasses.replace(study, predictions=twice))["cnn"]
    assert len(pooled) == len(other)
    assert pooled["Reb1"].mean() == pytest.approx(mean + 0.5)


def test_the_dot_is_the_epoch_of_lowest_validation_loss():
    history = pd.DataFrame({"loss": [3.0, 2, 1, 0.5], "val_loss": [3.0, 1.5, 1.8, 2.0]})
    assert "<title>epoch 2: 1.5</title>" in charts.training_curves([history], "x", 3.0)


def test_trainings_that_learned_much_less_are_named(tmp_path):
    losses = {
        ("m", "fold0", 0): [1.0, 0.40],
        ("m", "fold1", 0): [0.9, 0.52],  # 80 % of what fold0 took off, from 1.0
        ("m", "fold2", 0): [0.9, 0.54],
        ("m", "fold2", 1): [0.9, np.nan],
        ("null", "fold0", 0): [1.0, 0.1],
        ("null", "fold1", 0): [1.0, 1.0],
        ("given", "fold0", 0): [],
    }
    files = {}
    for number, (key, own) in enumerate(losses.items()):
        files[key] = tmp_path / f"{number}.tsv"
        table = pd.DataFrame({"epoch": range(1, len(own) + 1), "loss": own})
        write_partial(HISTORY, table, files[key])
    (said,) = performance.behind(files, frozenset({"null"}))
    assert said.startswith(
        "m: the training loss of fold2 (0.540) and fold2, replicate 1 (0.900) stayed above that "
        "of fold0 (0.400)."
    )


def test_a_training_that_diverged_is_drawn_as_far_as_it_went():
    history = pd.DataFrame({"loss": [1.0, np.nan], "val_loss": [np.nan, np.nan]})
    drawing = charts.training_curves([history], "x", 1.0)
    assert "nan" not in drawing and "circle" not in drawing


def test_a_null_is_a_hollow_mark_on_its_task_row(study, page):
    assert 'class="mark null"' in page and performance._mark(study, "reb1_permuted") == "null"
    assert performance._mark(study, "cnn") == "dot"


def test_a_learning_curve_says_which_tasks_more_events_would_help(study):
    (curve,) = performance.context(study)["learning"]
    first, *others = (task for task, _ in curve["panels"])
    rises, flat = curve["told"].split(". ", maxsplit=1) if ". " in curve["told"] else ("", "")
    assert first in rises and "more events would help" in rises
    assert all(task in flat and task not in rises for task in others)
    assert "200 events: 0.880" in curve["panels"][0][1]


def test_patterns_stand_beside_their_match(study):
    groups = patterns.context(study)
    first = groups["groups"][0]["rows"]
    assert [row["named"] for row in first] == [True, False]
    assert first[0]["turned"] and first[0]["match"] is not None
    assert first[1]["title"] == "no name" and "0.31 > 0.01" in first[1]["reason"]
    assert [group["model"] for group in groups["nulls"]] == ["reb1_permuted"]


def test_a_motif_tells_what_it_was_merged_of(study, page):
    first = patterns.context(study)["groups"][0]["rows"][0]
    assert first["members"] == "pattern 4" and "merged with pattern 4" in page


def test_motifs_link_to_their_own_page(study):
    key = next(iter(study.patterns))
    pages = {key: Path("elsewhere/report/motifs/cnn.a task.ism.html")}
    groups = patterns.context(dataclasses.replace(study, motif_pages=pages))["groups"]
    assert [group["page"] for group in groups][:2] == ["motifs/cnn.a task.ism.html", ""]
    text = render(dataclasses.replace(study, motif_pages=pages, tracks={}))
    assert 'href="motifs/cnn.a%20task.ism.html"' in text


def plain(line: object) -> str:
    return re.sub("<[^>]*>", "", str(line))


def test_sis_strings_show_unneeded_positions_as_dashes(study):
    first = subsets.context(study)["groups"][0]
    shown = [str(text) for text, _ in first["clusters"][0]["strings"]]
    assert first["clusters"][0]["members"] == "159" and "14 subsets" in first["noise"]
    assert first["clusters"][0]["named"] == "REB1"
    assert any(plain(text).count("-") == 2 for text in shown)


def test_aligned_members_lie_under_each_other(study):
    first = subsets.context(study)["groups"][0]
    assert "5 in 1 cluster, 1 in none" in first["aligned_summary"]
    cluster = first["aligned"][0]
    assert cluster["title"] == "REB1" and cluster["parts"] == "5 parts"
    rows = [(plain(line), plus, minus) for line, plus, minus in cluster["members"]]
    # the synthetic motif is the other strand of its match: all is turned
    assert cluster["turned"] and rows[0][1:] == ("1", "2")
    site = rows[0][0].strip()
    # offsets count from the other end now; a lone A lay before the turned site, so a T behind
    assert sorted(line for line, *_ in rows) == sorted(
        [f"{site} ", f" C-{site[3:-1]}  ", f"{site[:-1]}-T"]
    )


def test_numbers_as_people_write_them():
    assert [significant(v) for v in (0.0, 0.5, 3.2e-7, 12345.0, -1.5, np.nan)] == [
        "0",
        "0.5",
        "3.2×10⁻⁷",
        "12,345",
        "−1.5",
        "–",
    ]
    assert decimal(-0.12345) == "−0.123" and words(["a", "b", "c"]) == "a, b and c"
    assert decimal(-0.0001) == "0.000"
    assert [plural(n, "window") for n in (0, 1, 2000)] == [
        "no window",
        "1 window",
        "2,000 windows",
    ]


def test_methods_are_compared_task_by_task(study):
    shown = methods.context(study)
    assert [name for name, _ in shown["panels"]][0] == "Reb1 · cnn"
    assert all(len(panels) == 2 for _, panels in shown["panels"])
    rows = [dict(zip(shown["table"].header, row, strict=True)) for row in shown["table"].rows]
    reb1 = {row["method"]: row for row in rows if row["task"] == "Reb1"}
    # half the way down over the first half of the shares, all of it over the second
    assert [reb1[name]["mean fall"] for name in ("deeplift_rescale", "ism", "random")] == [
        "2.250",
        "1.500",
        "0.750",
    ]
    assert reb1["ism"]["rank agreement with deeplift_rescale"] == "0.70"
    assert reb1["ism"]["rank agreement with ism"] == "–"
    assert reb1["random"]["CPU s of the job"] == "–"


def test_one_method_is_not_compared(study):
    alone = methods.context(dataclasses.replace(study, compared=()))
    assert alone == {"panels": [], "table": None}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "high", "said"),
    [
        (0.6, 1.4, []),
        (0.4, 0.9, ["The best single motif predicts the sites of Reb1 better than cnn (0.50 "]),
        (0.4, 1.1, ["as well as cnn (0.50 against 0.40, not a significant difference)."]),
    ],
)  # fmt: skip
def test_a_baseline_that_wins_is_said_in_words(study, tmp_path, network, high, said):
    values = {"auprc": network, "auprc_best_motif": 0.5, "auprc_kmer": 0.2}
    values["auprc_ratio"] = network / 0.5
    rows = [
        ("Reb1", name, value, value - 0.1, value + 0.1, 900, 30) for name, value in values.items()
    ]
    table = pd.DataFrame(rows, columns=TILES.after("model"))
    table.loc[table["metric"] == "auprc_ratio", "high"] = high
    tables.write(TILES, table, tmp_path / "tiles.tsv", model="cnn")
    shown = dataclasses.replace(study, tiles=[tmp_path / "tiles.tsv"])
    found = verdict.context(shown)
    assert len(found["beaten"]) == len(said)
    assert all(words in sentence for words, sentence in zip(said, found["beaten"], strict=True))
    (row,) = found["baselines"].rows
    assert row[2:5] == ["30", "900", f"{network:.2f} ({network - 0.1:.2f}–{network + 0.1:.2f})"]
    page = re.sub(r"\s+", " ", render(shown))
    surely = bool(said) and high < 1
    assert ("describe the network, not the sites" in page) == surely
    assert "Is the network worth explaining?" in page


def test_less_than_one_is_never_called_one():
    values = (0.914, 0.9949, 0.9954, 0.9988, 0.99971, 0.99996, 1 - 1e-12, 1.0, 1.004)
    shown = [decimal(value, 2) for value in values]
    near = ["0.995", "0.999", "0.9997", "above 0.9999"]
    assert shown == ["0.91", "0.99", *near, "1.00", "1.00", "1.00"]
    assert [decimal(value) for value in (0.9994, 0.9996)] == ["0.999", "0.9996"]
    assert [percent(share) for share in (0.9994, 0.9996, 1)] == ["99.9 %", ">99.9 %", "100 %"]
