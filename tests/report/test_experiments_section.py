"""The section of experiments in silico, and ablations among the checks, of tables by hand."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from partial_tables import write_partial
from synthetic_tables import NULL

from chromolens.report.page import render
from chromolens.report.sections import checks, experiments
from chromolens.tables.experiments import (
    ABLATED,
    CALIBRATION,
    MARGINAL,
    MARGINAL_DROPPED,
    NECESSITY,
    PROFILES,
    SPACED_PAIRS,
    SPACING,
    SUBSTITUTED,
)

TASK = "Reb1"
PAIR = {"first": "M01_REB1", "second": "M02", "first_name": "<REB1>", "second_name": ""}


def of_models(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """``table`` of the model and of the null, where ``columns`` are a hundredth as large."""
    null = table.copy()
    null[list(columns)] /= 100
    parts = [table.assign(model="cnn"), null.assign(model=NULL)]
    return pd.concat(parts, ignore_index=True).assign(task=TASK)


def marginal() -> pd.DataFrame:
    places = {"start": [0, 95, 191], "offset": [-95.5, -0.5, 95.5], "effect": [1.0, 4.0, 1.5]}
    table = pd.DataFrame({"motif": "M01_REB1", "name": "<REB1>", "letters": "TTACCCG", **places})
    ends = {"low": table["effect"] - 0.5, "high": table["effect"] + 0.5}
    return of_models(table.assign(**ends, backgrounds=9), "effect", "low", "high")


def spacing() -> pd.DataFrame:
    values = {"all": [2.0, 3.0, 0.0], "first_second": [4.0, 6.0, 0.0], "facing": [0.0, 0.0, -1.0]}
    parts = [
        pd.DataFrame({"arrangement": name, "gap": range(3), "interaction": own})
        for name, own in values.items()
    ]
    table = pd.concat(parts).assign(**PAIR, backgrounds=9)
    ends = {"low": table["interaction"] - 0.5, "high": table["interaction"] + 0.5}
    return of_models(table.assign(**ends), "interaction", "low", "high")


def judged() -> pd.DataFrame:
    facts = {"band_low": 1.0, "band_high": 2.5, "outside": 2, "gap": 1, "interaction": 3.0}
    facts |= {"mean": 1.667, "low": 2.5, "high": 3.5, "wave": np.nan, "wave_p": np.nan}
    table = pd.DataFrame([PAIR | facts | {"arrangement": name} for name in ("all", "facing")])
    return of_models(table.assign(backgrounds=9), "interaction")


def necessity() -> pd.DataFrame:
    rows = [("M01_REB1", "<REB1>", 5.0, 4.0, 0.25), ("M02", "", np.nan, np.nan, 0.0)]
    table = pd.DataFrame(rows, columns=["motif", "name", "lost", "gained", "sis_share"])
    ends = {
        f"{name}_{end}": table[name] + more
        for name in ("lost", "gained")
        for end, more in (("low", -0.5), ("high", 0.5))
    }
    return of_models(table.assign(**ends, hits=12, sis_windows=40), "lost", "gained")


def ablated() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"contribution": rng.normal(3, 1, 30)})
    table = table.assign(effect=2 * table["contribution"], motif="M01_REB1", id="w", fold="fold0")
    table = table.assign(method="ism", start=0, end=7, strand="+")
    return of_models(table, "contribution")


def calibration() -> pd.DataFrame:
    told = {"slope": 2.0, "slope_low": 1.5, "slope_high": 2.25, "r": 0.875, "r_low": 0.5}
    rows = [{"motif": name, "hits": 30, "found": 40, **told} for name in ("", "M01_REB1")]
    return of_models(pd.DataFrame(rows).assign(r_high=1.0, method="ism"), "slope")


def substituted() -> pd.DataFrame:
    places = {"position": range(3), "letter": list("TNG"), "information": [2.0, 0.0, 1.0]}
    table = pd.DataFrame({"motif": "M01_REB1", "name": "<REB1>", **places, "hits": 9})
    return of_models(table.assign(loss=[4.0, 0.5, 3.0], low=[3.0, 0.0, 2.5], high=5.0), "loss")


def profiles() -> pd.DataFrame:
    facts = {"motif": "M01_REB1", "name": "<REB1>", "found": 12, "hits": 9}
    return of_models(pd.DataFrame([facts | {"r": 0.9, "r_low": 0.8, "r_high": 0.95}]), "r")


@pytest.fixture
def tried(study, tmp_path):
    dropped = pd.DataFrame({"reason": ["a reason"], "count": 2, "example": "<long>"})
    made = {
        "marginal": (MARGINAL, marginal()),
        "spacing": (SPACING, spacing()),
        "spaced_pairs": (SPACED_PAIRS, judged()),
        "necessity": (NECESSITY, necessity()),
        "ablated": (ABLATED, ablated()),
        "calibration": (CALIBRATION, calibration()),
        "substituted": (SUBSTITUTED, substituted()),
        "motif_profiles": (PROFILES, profiles()),
        "tried_dropped": (MARGINAL_DROPPED, dropped.assign(model="cnn", task=TASK)),
    }
    for name, (kind, table) in made.items():
        write_partial(kind, table, tmp_path / f"{name}.tsv")
    return dataclasses.replace(study, **{name: [tmp_path / f"{name}.tsv"] for name in made})


def test_what_each_motif_is_worth_beside_a_null(tried):
    (group,) = experiments.context(tried)["groups"]  # the null has no group of its own
    rows = [dict(zip(group["table"].header, row, strict=True)) for row in group["table"].rows]
    assert [row["motif"] for row in rows] == ["M01_REB1", "M02"]
    assert rows[0]["gained where put in"] == "4" and rows[0]["lost where removed"] == "5"
    assert rows[0]["95 % interval"] == "3.5 to 4.5" and rows[0]["in subsets"] == "25%"
    assert rows[1]["gained where put in"] == "–"
    drawn = str(group["effects"])
    assert drawn.count('class="mark null"') == 1 and drawn.count('class="mark square"') == 1
    assert "gained: 4 (3.5 to 4.5)" in drawn and "null: 0.04" in drawn


def test_losses_base_by_base_lie_below_the_letters_of_the_matrix(tried):
    (group,) = experiments.context(tried)["groups"]
    ((name, panel),) = group["broken"]
    assert name == "<REB1>"
    drawn = str(panel)
    # T and G in both rows; the N has no letter, and all three losses have an interval
    assert drawn.count('href="#glyph-T"') == 2 and drawn.count('href="#glyph-G"') == 2
    assert drawn.count("<use") == 4 and drawn.count('class="axis"') == 2 + 3
    assert group["profiles"].rows == [["M01_REB1", "9", "0.90", "0.8 to 0.95", "2.5", "0.025"]]


def test_a_pair_has_a_curve_its_band_and_a_map_of_its_arrangements(tried):
    (group,) = experiments.context(tried)["groups"]
    (pair,) = group["pairs"]
    assert pair["title"] == "<REB1> + M02"
    curve = str(pair["curve"])
    assert curve.count('class="level"') == 2 and curve.count("curve training") == 1
    boxes = str(pair["map"])
    assert boxes.count("heat up") == 2 and boxes.count("heat down") == 4
    assert "1→ 2→, 1 bp: 6" in boxes and 'fill-opacity="1"' in boxes
    (row,) = group["judged"].rows  # the mean over arrangements alone
    assert row[:4] == ["<REB1> + M02", "1.67", "2", "1"] and row[-1] == "–"
    assert len(group["places"]) == 1


def test_methods_are_held_against_ablation(tried):
    found = checks.calibration(tried)
    assert [row[:5] for row in found["table"].rows] == [
        ["cnn", TASK, "ism", "30", "2.00"],
        [NULL, TASK, "ism", "30", "0.02"],
    ]
    assert found["table"].marked == {1} and [name for name, _ in found["panels"]] == [
        "Reb1 · cnn · ism"
    ]
    assert str(found["panels"][0][1]).count('class="kept"') == 10


@pytest.mark.slow
def test_the_page_has_the_section_where_experiments_were_made(tried, study):
    page = render(tried)
    assert 'id="experiments"' in page and "Contributions against ablation" in page
    assert "&lt;REB1&gt;" in page and "<REB1>" not in page and "&lt;long&gt;" in page
    plain = render(study)
    assert 'id="experiments"' not in plain and "against ablation" not in plain


def test_a_task_without_motifs_says_so(tried, tmp_path):
    for name, kind in (("marginal", MARGINAL), ("spacing", SPACING), ("necessity", NECESSITY)):
        write_partial(kind, pd.DataFrame(columns=kind.names), tmp_path / f"{name}.tsv")
    assert experiments.context(tried)["groups"] == []
    assert "nothing to put in" in render(tried)
