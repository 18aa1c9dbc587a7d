"""The sweep against a search at every threshold, and against the published loop."""

import numpy as np
import pandas as pd
import pytest

from chromolens.genome.onehot import decode
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models.targets import target_values
from chromolens.sis import sweep as module
from chromolens.sis.front import Finder, sufficient_subsets
from tests.sis.models import layers, network, published_sis, random_dna

LENGTH = 24
MASK = np.full(4, 0.25, np.float32)


@pytest.fixture(scope="module")
def model():
    return network(
        layers.Conv1D(6, 4, activation="relu"), layers.GlobalMaxPooling1D(), length=LENGTH
    )


@pytest.fixture(scope="module")
def inputs():
    onehot = random_dna(10, LENGTH, seed=4)
    onehot[3, 5] = 0
    return onehot


@pytest.fixture(scope="module")
def thresholds(model, inputs):
    """(n, 8), from below the masked input's target to above all others."""
    values = target_values(model, inputs, tasks=[0])[:, 0]
    low = target_values(model, np.full((1, LENGTH, 4), 0.25, np.float32), tasks=[0])[0, 0]
    points = np.linspace(low - 0.3, values.max() + 0.1, 8)
    return np.tile(points, (len(inputs), 1)) + 1e-3 * np.arange(len(inputs))[:, None]


def brute(model, inputs, thresholds, method="exact"):
    """Sizes (n, m) of the first subsets by the front door, each threshold searched by itself."""
    known = inputs.any(axis=-1, keepdims=True)
    empty = target_values(model, np.where(known, MASK, inputs), tasks=[0])
    sizes = np.where(empty >= thresholds, module.MASKED_PASSES, 0)
    rows, columns = np.nonzero(sizes == 0)
    limits = thresholds[rows, columns]
    found = sufficient_subsets(model, inputs[rows], threshold=limits, method=method, max_subsets=1)
    sizes[rows, columns] = [len(one.subsets[0]) if one.subsets else 0 for one in found]
    return sizes


@pytest.mark.parametrize("method", ["exact", "gradient"])
def test_sizes_are_those_of_a_search_at_each_threshold(model, inputs, thresholds, method):
    finder = Finder(model, LENGTH, method=method)
    found = module.first_sizes(finder, inputs, thresholds)
    np.testing.assert_array_equal(found, brute(model, inputs, thresholds, method))
    assert (found == module.MASKED_PASSES).any() and (found == 0).any() and (found > 2).any()


def test_sizes_are_those_of_the_published_loop(model, inputs, thresholds):
    finder = Finder(model, LENGTH, method="exact")
    found = module.first_sizes(finder, inputs[:2], thresholds[:2])

    def score(copies):
        return target_values(model, copies, tasks=[0], batch_size=1)[:, 0]

    for row, column in ((0, 3), (1, 5)):
        subsets = published_sis(score, inputs[row], thresholds[row, column], MASK)
        assert found[row, column] == (len(subsets[0]) if subsets else 0)
    assert (found[[0, 1], [3, 5]] > 0).any()


def test_a_threshold_that_is_not_known_is_reached_by_none(model, inputs):
    finder = Finder(model, LENGTH)
    assert not module.first_sizes(finder, inputs[:2], np.full((2, 1), np.nan)).any()


@pytest.fixture(scope="module")
def study(model, inputs):
    names, groups = [f"record{row}" for row in range(10)], ["part0", "part1"] * 5
    values = target_values(model, inputs, tasks=[0])[:, 0]
    predictions = pd.DataFrame({"id": names, "group": groups, "factor": values, "replicate": 0})
    predictions["fold"] = "fold" + predictions["group"].str[-1]
    predictions["factor.label"] = 1.0
    windows = pd.DataFrame(
        {
            "id": names,
            "group": groups,
            "sequence": [decode(window) for window in inputs],
            "role": "positive",
            "source": "factor",
            "gc": 0.5,
            "factor": 1,
        }
    )
    folds = Folds({f"fold{i}": {"test": [f"part{i}"]} for i in range(3)})
    return open_inputs(windows), folds, predictions


def swept(model, study, threshold):
    open_windows, folds, predictions = study
    limits = module.fold_thresholds(predictions, {"head": "factor"}, threshold)
    points = module.settings_of(predictions, limits, "head", "factor", threshold)
    models = {"fold0": model, "fold1": model}
    rows = np.arange(10)
    return module.sweep(models, open_windows, rows, folds, points, task=0)


def midway(values, percent):
    """Between those that reach a percentile and those that don't (of which there are some)."""
    reaching = values >= np.percentile(values, percent)
    return (values[reaching].min() + values[~reaching].max()) / 2


@pytest.mark.parametrize("threshold", [{"percentile": 50}, {"percentile": 33, "of": "positives"}])
def test_a_row_a_percentile_and_the_studys_own(model, study, inputs, threshold):
    table, predictions = swept(model, study, threshold), study[2]
    own = table[table["chosen"] == 1]
    assert own["at"].tolist() == [threshold["percentile"]]
    assert table["at"].is_monotonic_increasing and set(module.AT) <= set(table["at"])
    assert table["at"].is_unique and set(table["method"]) == {"exact"}
    groups = predictions.groupby("fold")["factor"]
    limits = np.array([groups.transform(midway, at) for at in table["at"]]).T
    sizes = brute(model, inputs, limits)
    np.testing.assert_array_equal(table["with_subset"], (sizes > 0).sum(axis=0))
    np.testing.assert_array_equal(table["masked_passes"], (sizes < 0).sum(axis=0))
    np.testing.assert_allclose(table["threshold_low"], limits.min(axis=0), rtol=1e-6)
    np.testing.assert_allclose(table["threshold_high"], limits.max(axis=0), rtol=1e-6)
    known = np.where(sizes > 0, sizes, np.nan)
    for percent, name in ((25, "q25"), (50, "median"), (75, "q75")):
        np.testing.assert_allclose(table[name], np.nanpercentile(known, percent, axis=0))


def test_a_number_is_placed_by_the_positives_that_miss_it(model, study):
    number = float(np.sort(study[2]["factor"])[6]) - 1e-4
    table = swept(model, study, number)
    own = table[table["chosen"] == 1].iloc[0]
    assert own["at"] == pytest.approx(60) and own["threshold_low"] == own["threshold_high"]
    assert own["with_subset"] == 4


def test_a_relative_threshold_is_swept_by_its_share(model, study):
    table = swept(model, study, {"relative": 0.5})
    assert set(table["scale"]) == {"relative"} and table["at"].tolist() == list(module.AT)
    assert table.loc[table["chosen"] == 1, "at"].tolist() == [50]
    found = table["with_subset"] + table["masked_passes"]
    assert (found == 10).all() and table["median"].is_monotonic_increasing


def test_no_windows_give_a_row_a_threshold_without_sizes(model, study):
    open_windows, folds, predictions = study
    limits = module.fold_thresholds(predictions, {"head": "factor"}, 1.0)
    points = module.settings_of(predictions, limits, "head", "factor", 1.0)
    table = module.sweep({}, open_windows, np.zeros(0, int), folds, points, task=0)
    assert (table["windows"] == 0).all() and table["median"].isna().all()
