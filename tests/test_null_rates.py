"""Rates of named motifs over seeds: counted, bounded, and taken up where they were stopped."""

import math

import pandas as pd
import pytest

from benchmarks.nulls import rates, readings, summary
from chromolens.models.nulls import is_null


def row(seed, control, names, reading="modisco"):
    named = len(names.split(";")) if names else 0
    facts = {"seed": seed, "control": control, "reading": reading, "named": named, "windows": 60}
    return facts | {"names": names, "auroc": 0.5}


@pytest.mark.parametrize(("hits", "seeds"), [(0, 20), (3, 20), (20, 20), (1, 2)])
def test_intervals_are_wilsons(hits, seeds):
    z, share = 1.959963984540054, hits / seeds
    centre = (share + z**2 / (2 * seeds)) / (1 + z**2 / seeds)
    half = z / (1 + z**2 / seeds)
    half *= math.sqrt(share * (1 - share) / seeds + z**2 / (4 * seeds**2))
    low, high = summary.interval(hits, seeds)
    assert low == pytest.approx(max(centre - half, 0), abs=1e-12)
    assert high == pytest.approx(min(centre + half, 1), abs=1e-12)


def test_the_summary_counts_seeds_and_names():
    table = [row(1, "reb1", "REB1;NSI1"), row(2, "reb1", "NSI1"), row(3, "reb1", "ABF1;ABF1")]
    table += [row(seed, "null", "") for seed in (1, 2, 3)]
    lines = summary.summary(pd.DataFrame(table)).splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0][:3] == ["reb1", "modisco", "3 of 3"]
    assert cells[0][4:7] == ["2", "1.67", "60"] and cells[0][8] == "NSI1 (2), ABF1 (1), REB1 (1)"
    assert cells[1][2] == "0 of 3" and cells[1][8] == "none"


def test_what_a_table_holds_is_not_made_again(tmp_path):
    table = tmp_path / "nulls.tsv"
    assert rates.done(table) == set()
    facts = dict.fromkeys(rates.COLUMNS, 0) | {"control": "reb1"}
    rates.append(table, [facts | {"seed": 1, "reading": name} for name in ("modisco", "sis")])
    rates.append(table, [facts | {"seed": 2, "reading": name} for name in ("modisco", "sis")])
    assert rates.done(table) == {(1, "reb1"), (2, "reb1")}
    assert len(pd.read_table(table)) == 4


def test_a_table_of_motifs_in_one_row():
    table = pd.DataFrame({"named": [True, False, True], "name": ["A", "", "B"]})
    found = readings.described(table.assign(support=[30, 9, 20]))
    assert found == {"motifs": 3, "named": 2, "names": "A;B", "support": "30;20"}
    assert readings.described(table[:0].assign(support=[]))["named"] == 0


def test_the_controls_are_those_of_the_study():
    config = rates.study(positives=50, epochs=2, sis_windows=5)
    models = config["models"]
    assert set(models) == {"reb1", "reb1_permuted", "reb1_untrained", "spt2"}
    assert {model["max_positives"] for model in models.values()} == {50}
    nulls = [name for name, model in models.items() if is_null(model)]
    assert nulls == ["reb1_permuted", "reb1_untrained"]
