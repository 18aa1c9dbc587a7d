"""Trainings and methods that are measured on toy records: what is counted, and what is written."""

import numpy as np
import pytest

from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.inputs.windows import write_windows
from chromolens.models.model import load_model
from chromolens.models.training import speed
from chromolens.tables.study import SPEED, TRAINING_SPEED
from chromolens.tracks.method import Method
from chromolens.tracks.speed import measure
from tests.models.planted import sequences

FOLDS = Folds({
    "fold0": {"test": ["part0"], "validation": ["part1"], "training": ["part2", "part3"]},
    "fold1": {"test": ["part1"], "validation": ["part0"], "training": ["part2"]},
})  # fmt: skip
TASKS = ["alpha", "beta"]
MODEL = {"architecture": "cnn", "architecture_settings": {"filters": 8, "kernel": 9, "dense": 8}}


@pytest.fixture(scope="module")
def windows():
    return sequences(1200).windows


def test_windows_of_an_epoch_are_counted(windows):
    inputs, groups = open_inputs(windows), ["part2", "part3"]
    inside = windows["group"].isin(groups)
    assert speed.shown(inputs, TASKS, groups, {}) == inside.sum() == 600
    positives = (windows.loc[inside, TASKS] == 1).any(axis=1).sum()
    found = speed.shown(inputs, TASKS, groups, {"negatives": 0.25})
    assert found == positives + round(0.25 * positives)


@pytest.mark.parametrize(
    ("beside", "of_window", "sizes"),
    [(0.25, 0.001, [256, 2040]), (0.0, 0.0005, [256, 8127]), (0.0, 0.02, [256])],
)
def test_what_an_epoch_takes_beside_its_windows_is_found(beside, of_window, sizes):
    asked = []

    def each(count):
        asked.append(count)
        shown = count // 6  # an epoch draws some of the windows
        return speed.Epochs(shown, beside + of_window * 6 * shown, 1.0 / len(asked))

    found = speed.by_size(each)
    assert found[:2] == pytest.approx((beside, 6 * of_window), rel=1e-3, abs=1e-9)
    assert found[2] == 1.0 / len(asked)
    assert asked == sizes


def test_all_windows_are_few_and_too_short_to_be_told_apart():
    asked = []

    def each(count):
        asked.append(count)
        return speed.Epochs(40, 0.4, 0.0)

    assert speed.by_size(each) == pytest.approx((0.0, 0.01, 0.0))
    assert asked == [256, 2560]  # the larger one showed no more


@pytest.mark.parametrize("many", [0.2, 3.0])
def test_epochs_that_contradict_each_other_count_by_their_windows(many):
    """Twice the windows seem to take less, or more than twice the time."""
    told = iter([speed.Epochs(20, 0.4, 0.0), *[speed.Epochs(40, many, 0.0)] * 2])
    assert speed.by_size(lambda count: next(told)) == pytest.approx((0.0, many / 40, 0.0))


def test_where_nothing_is_trained_there_is_no_speed():
    found = speed.by_size(lambda count: speed.Epochs(200, float("nan"), 0.0))
    assert np.isnan(found[1])


@pytest.mark.slow
def test_a_network_is_measured_as_it_is_trained_and_as_it_explains(windows, tmp_path, monkeypatch):
    monkeypatch.setattr(speed, "_SECONDS", 0.1)  # one measurement is enough
    network = tmp_path / "main.keras"
    trained = speed.measure_training(
        windows, open_inputs, FOLDS, network, name="main", tasks=TASKS,
        training={"epochs": 50, "batch_size": 32}, seed=1, **MODEL,
    )  # fmt: skip
    assert list(trained) == TRAINING_SPEED.names
    assert trained["windows"].tolist() == [600, 300]
    assert trained["held_out"].tolist() == [300, 300]
    first, second = trained["seconds"]
    assert first >= second > 0
    assert load_model(network).tasks == TASKS
    write_windows(windows, tmp_path / "windows.tsv.gz")
    found = measure(
        network, None, str(tmp_path / "windows.tsv.gz"), FOLDS, name="main",
        method=Method("integrated_gradients", TASKS, batch_size=64), tiling={},
        tries={"steps": [4, 64]}, asked=["shards", "windows"], few=16,
    )  # fmt: skip
    assert list(found) == SPEED.names
    keys = found[["asked", "setting", "rows"]].to_numpy().tolist()
    few, many = ("steps=4", "steps=64")
    assert keys == [["shards", few, 64], ["windows", few, 16],
                    ["shards", many, 64], ["windows", many, 16]]  # fmt: skip
    assert (found["seconds"] > 0).all() and (found["memory"] > 100).all()
    assert found["seconds"][2] > 2 * found["seconds"][0]  # sixteen times the steps


def test_the_part_that_is_trained_on_has_every_label(windows):
    rare = windows.assign(alpha=0.0)
    rare.loc[np.flatnonzero(rare["group"] == "part3")[-1], "alpha"] = 1.0
    part = speed._some(rare, TASKS, FOLDS.only("fold0"), 30, seed=0)
    training = part["group"].isin(["part2", "part3"])
    assert (part.loc[training, "alpha"] == 1).sum() == 1
    assert 30 <= training.sum() <= 30 + 3 * 16 and (~training).any()
    assert set(part["group"]) == {"part1", "part2", "part3"}
