"""The study's setting becomes a threshold for each fold, or for each window."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.chosen import choose
from chromolens.sis import thresholds as module

EXPLAINS = {"head": "factor"}


@pytest.fixture
def predictions():
    """Two folds of five windows and two replicates; fold1 has no positive."""
    values = {"fold0": [1.0, 4.0, 2.0, 8.0, -3.0], "fold1": [0.0, 1.0, 2.0, 3.0, 4.0]}
    labels = {"fold0": [1, 1, 0, 1, np.nan], "fold1": [0, 0, 0, 0, np.nan]}
    tables = [
        pd.DataFrame(
            {
                "id": [f"{fold}.{i}" for i in range(5)],
                "group": f"part{fold[-1]}",
                "fold": fold,
                "replicate": replicate,
                "factor": np.array(values[fold]) + 100 * replicate,
                "factor.label": labels[fold],
            }
        )
        for fold in values
        for replicate in (0, 1)
    ]
    return pd.concat(tables, ignore_index=True)


def table(predictions, threshold):
    found = module.fold_thresholds(predictions, EXPLAINS, threshold)
    assert list(found.columns) == module.THRESHOLDS.names and set(found["task"]) == {"head"}
    return found.set_index("fold")


def test_a_number_stands_for_itself(predictions):
    found = table(predictions, 4)
    assert found["threshold"].tolist() == [4, 4]
    assert found["positives"].tolist() == [3, 0] and found["reaching"].tolist() == [2, 0]


@pytest.mark.parametrize(
    ("threshold", "expected", "reaching"),
    [
        # positives 1, 4, 8: halfway from 4 to 8
        ({"percentile": 75}, [6.0, np.nan], [1, 0]),
        # 4 itself reaches it, 1 doesn't
        ({"percentile": 50, "of": "positives"}, [2.5, np.nan], [2, 0]),
        # all: -3, 1, 2, 4, 8 and 0 to 4; 4 and 3 reach it
        ({"percentile": 75, "of": "all"}, [3.0, 2.5], [2, 0]),
    ],
)
def test_a_percentile_is_of_the_folds_own_first_replicate(
    predictions, threshold, expected, reaching
):
    found = table(predictions, threshold)
    np.testing.assert_array_equal(found["threshold"], expected)
    assert found["reaching"].tolist() == reaching


def test_predictions_that_are_unknown_are_passed_over(predictions):
    predictions.loc[predictions["factor"] == 8.0, "factor"] = np.nan
    assert table(predictions, {"percentile": 100})["threshold"].tolist()[0] == 2.5


@pytest.mark.parametrize("percent", [0, 10, 33, 50, 70, 90, 99, 100])
@pytest.mark.parametrize("count", [1, 2, 11, 101])
def test_rounding_moves_no_window_across_a_percentile(percent, count):
    rng = np.random.default_rng(count)
    values = np.round(rng.normal(size=count), 2)  # some of them equal
    reaching = values >= np.percentile(values, percent) - 1e-12
    limit = module.above_percent(values, percent)
    noisy = values + rng.uniform(-1e-6, 1e-6, count)
    assert ((noisy >= limit) == reaching).all()
    assert ((values >= module.above_percent(noisy, percent)) == reaching).all()
    assert np.abs(values - limit).min() > 5e-4


def test_a_relative_threshold_is_none_of_a_fold(predictions):
    found = table(predictions, {"relative": 0.5})
    assert found["threshold"].isna().all() and found["positives"].tolist() == [3, 0]
    limits = module.by_fold(found.reset_index(), "head", {"relative": 0.5})
    assert limits == {"fold0": {"relative": 0.5}, "fold1": {"relative": 0.5}}


def chosen(predictions, threshold):
    limits = module.fold_thresholds(predictions, EXPLAINS, threshold)
    relative = module.is_relative(threshold)
    first = predictions[predictions["replicate"] == 0]
    windows = first[["id", "group"]].assign(role="positive", factor=first["factor.label"])
    table = choose(
        windows,
        predictions,
        module.candidates(predictions, EXPLAINS, limits, relative),
        EXPLAINS,
        count=9,
        sis_count=9,
        seed=0,
    )
    return {name: set(rows["id"]) for name, rows in table.groupby("purpose")}


def test_windows_are_chosen_among_the_positives_that_reach_it(predictions):
    found = chosen(predictions, {"percentile": 50})
    assert found["sis"] == {"fold0.1", "fold0.3"}
    assert found["explain"] == {"fold0.0", "fold0.1", "fold0.3"}


def test_with_a_relative_threshold_all_positives_are_candidates(predictions):
    found = chosen(predictions, {"relative": 0.5})
    assert found["sis"] == found["explain"] == {"fold0.0", "fold0.1", "fold0.3"}


def test_a_threshold_nobody_reaches_chooses_nothing_and_is_told(predictions, caplog):
    assert "sis" not in chosen(predictions, 1e6)
    module.log_unreached(module.fold_thresholds(predictions, EXPLAINS, 1e6), 1e6)
    assert "head, fold0: none of 3 held-out positives reaches 1e+06" in caplog.text
    caplog.clear()
    threshold = {"percentile": 50}
    limits = module.fold_thresholds(predictions, EXPLAINS, threshold)
    module.log_unreached(limits, threshold)
    assert "fold1: nothing to take the percentile of" in caplog.text and "fold0" not in caplog.text


def test_thresholds_of_windows():
    values, empty = np.array([4.0, 1.0, -2.0]), np.array([0.0, -3.0, 1.0])
    assert module.of_windows({"relative": 0.25}, values, empty).tolist() == [1.0, -2.0, 0.25]
    assert module.of_windows(2, values, empty).tolist() == [2.0] * 3
    with pytest.raises(BadInput, match="of a fold"):
        module.of_windows({"percentile": 5}, values, empty)


@pytest.mark.parametrize(
    "threshold",
    [
        {"percentile": 101}, {"percent": 90}, {}, True, "high", np.inf, np.nan, None,
        {"of": "all"}, {"percentile": 50, "of": "some"}, {"relative": 0}, {"relative": 1.5},
        {"relative": "half"},
        {"relative": 0.5, "percentile": 50}, {"relative": 0.5, "of": "all"}, {"percentile": True},
    ],
)  # fmt: skip
def test_what_is_no_threshold(threshold, predictions):
    with pytest.raises(BadInput, match="can't be the threshold"):
        module.check_threshold(threshold)
    with pytest.raises(BadInput, match="can't be the threshold"):
        module.fold_thresholds(predictions, EXPLAINS, threshold)
