"""Subsets of a study's windows: each by the model of its own fold."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.genome.onehot import decode
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models.targets import target_values
from chromolens.sis.find import find_subsets
from chromolens.sis.front import sufficient_subsets
from chromolens.tables.sis import COUNTS, SUBSETS
from tests.sis.models import layers, network, random_dna

FOLDS = Folds(
    {
        "fold0": {"test": ["part0"], "training": ["part1"]},
        "fold1": {"test": ["part1"], "training": ["part0"]},
    }
)


@pytest.fixture(scope="module")
def study():
    form = [layers.Conv1D(6, 4, activation="relu"), layers.GlobalMaxPooling1D()]
    models = {"fold0": network(*form, length=20), "fold1": network(*form, length=20)}
    last = models["fold1"].network.get_layer("logits")
    last.kernel.assign(last.kernel * 2)
    onehot = random_dna(12, 20, seed=4)
    onehot[3, 5] = 0
    windows = pd.DataFrame(
        {
            "id": [f"record{row}" for row in range(12)],
            "group": ["part0", "part1"] * 6,
            "sequence": [decode(window) for window in onehot],
            "role": "positive",
            "source": "task",
            "gc": 0.5,
            "task": 1,
        }
    )
    masked = np.full((1, 20, 4), 0.25, np.float32)
    thresholds = {}
    for fold, model in models.items():
        values = target_values(model, onehot, tasks=[0])[:, 0]
        low = target_values(model, masked, tasks=[0])[0, 0]
        thresholds[fold] = float(low + 0.5 * (np.median(values) - low))
    return models, open_inputs(windows), onehot, thresholds


def test_each_window_by_the_model_for_which_it_was_test(study):
    models, inputs, onehot, thresholds = study
    rows = np.array([3, 0, 2, 1, 7])
    table, counts = find_subsets(
        models, inputs, rows, FOLDS, task=0, thresholds=thresholds, max_subsets=2
    )
    assert counts["windows"].tolist() == [2, 3] and counts["subsets"].sum() == len(table)
    assert list(table.columns) == SUBSETS.names and len(table)
    for row in rows:
        fold = f"fold{row % 2}"
        (expected,) = sufficient_subsets(
            models[fold], onehot[row : row + 1], threshold=thresholds[fold], max_subsets=2
        )
        ours = table[table["id"] == f"record{row}"]
        assert [list(map(int, p.split(","))) for p in ours["positions"]] == [
            subset.tolist() for subset in expected.subsets
        ]
        assert set(ours["fold"]) <= {fold}
        assert ours["order"].tolist() == list(range(len(ours)))
        np.testing.assert_allclose(ours["value"], expected.values, atol=1e-5)
        np.testing.assert_allclose(ours["rest_value"], expected.rest_value, atol=1e-5)


def test_a_threshold_nobody_reaches_gives_an_empty_table(study):
    models, inputs, _, _ = study
    high = {"fold0": 1e6, "fold1": 1e6}
    table, counts = find_subsets(models, inputs, np.arange(12), FOLDS, task=0, thresholds=high)
    assert table.empty and list(table.columns) == SUBSETS.names
    assert counts["below"].tolist() == [6, 6] and counts["subsets"].tolist() == [0, 0]


def test_no_windows_give_an_empty_table(study):
    models, inputs, _, thresholds = study
    table, counts = find_subsets(
        models, inputs, np.zeros(0, int), FOLDS, task=0, thresholds=thresholds
    )
    assert table.empty and list(table.columns) == SUBSETS.names
    assert list(counts.columns) == COUNTS.names and counts["windows"].tolist() == [0, 0]


def test_windows_that_pass_when_masked_are_left_out_and_counted(study, caplog):
    models, inputs, _, thresholds = study
    low = {"fold0": -1e6, "fold1": thresholds["fold1"]}
    table, counts = find_subsets(
        models, inputs, np.arange(12), FOLDS, task=0, thresholds=low, max_subsets=1
    )
    assert set(table["fold"]) == {"fold1"}
    assert "fold0: 6 of 6 windows" in caplog.text
    assert counts["masked_passes"].tolist() == [6, 0] and counts["windows"].tolist() == [6, 6]
    assert counts["threshold"].tolist() == [low["fold0"], low["fold1"]]


def test_a_relative_threshold_is_each_windows_own(study):
    models, inputs, onehot, _ = study
    share = {"fold0": {"relative": 0.4}, "fold1": {"relative": 0.4}}
    table, counts = find_subsets(models, inputs, np.arange(12), FOLDS, task=0, thresholds=share)
    known = onehot.any(axis=-1, keepdims=True)
    empty = np.where(known, np.float32(0.25), onehot)
    sought = 0
    for row, fold in enumerate(["fold0", "fold1"] * 6):
        pair = target_values(models[fold], np.stack([onehot[row], empty[row]]), tasks=[0])[:, 0]
        value, low = pair.astype(float)
        ours = table[table["id"] == f"record{row}"]
        assert len(ours) > 0 if value > low else ours.empty
        np.testing.assert_allclose(ours["threshold"], 0.6 * low + 0.4 * value, atol=1e-5)
        sought += value > low
    assert counts["masked_passes"].sum() == 12 - sought and 0 < sought
    assert counts["with_subset"].sum() == sought and counts["threshold"].isna().all()
    assert counts["subsets"].sum() == len(table)


@pytest.mark.parametrize("missing", ["group", "model", "threshold"])
def test_what_is_missing_is_named(study, missing):
    models, inputs, _, thresholds = study
    folds = FOLDS.only("fold0") if missing == "group" else FOLDS
    models = {"fold0": models["fold0"]} if missing == "model" else models
    thresholds = {"fold0": 1e6} if missing == "threshold" else thresholds
    with pytest.raises(BadInput, match="part1" if missing == "group" else f"no {missing}"):
        find_subsets(models, inputs, np.arange(4), folds, task=0, thresholds=thresholds)
