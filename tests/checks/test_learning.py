"""Trainings on fewer events: what is left out, what stays, and the table."""

import numpy as np
import pytest

from chromolens import tables
from chromolens.checks.learning import fewer_events, learning_curve
from chromolens.inputs.folds import Folds
from chromolens.models.judging.evaluate import evaluate_folds
from chromolens.models.training.train import train
from chromolens.tables.checks import LEARNING
from tests.models.planted import sequences

TASKS = ["alpha", "beta"]
FOLDS = Folds(
    {
        "fold0": {"test": ["part0"], "validation": ["part1"], "training": ["part2", "part3"]},
        "fold1": {"test": ["part1"], "validation": ["part0"], "training": ["part2", "part3"]},
    }
)


def positives(windows, groups) -> dict[str, set[str]]:
    own = windows[windows["group"].isin(groups)]
    return {task: set(own.loc[own[task] == 1, "id"]) for task in TASKS}


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_share_of_each_tasks_training_events_stays(share: float) -> None:
    windows = sequences().windows
    fewer = fewer_events(windows, ["part2", "part3"], TASKS, share, seed=1)
    before, after = (positives(one, ["part2", "part3"]) for one in (windows, fewer))
    for task in TASKS:
        assert len(after[task]) == np.ceil(share * len(before[task]))
        assert after[task] <= before[task]
    assert positives(fewer, ["part0", "part1"]) == positives(windows, ["part0", "part1"])


def test_a_larger_share_holds_a_smaller_one() -> None:
    windows = sequences().windows
    small, large = (
        positives(fewer_events(windows, ["part2"], TASKS, share, seed=1), ["part2"])
        for share in (0.2, 0.6)
    )
    assert all(small[task] < large[task] for task in TASKS)


@pytest.mark.slow
def test_the_curve_ends_at_the_model_itself(tmp_path) -> None:
    inputs = sequences(count=1200, mask=0)
    model = {
        "architecture": "cnn",
        "settings": {"filters": 16, "kernel": 9, "dense": 8},
        "objective": "binary",
        "tasks": TASKS,
        "training": {"epochs": 12, "learning_rate": 0.01},
    }
    paths = [tmp_path / f"{fold}.keras" for fold in FOLDS.roles]
    for fold, path in zip(FOLDS.roles, paths, strict=True):
        train(
            inputs,
            architecture="cnn",
            architecture_settings=model["settings"],
            tasks=TASKS,
            training_groups=FOLDS.groups(fold, "training"),
            validation_groups=FOLDS.groups(fold, "validation"),
            path=path,
            workdir=tmp_path / "work",
            notes={"fold": fold, "replicate": 0},
            seed=1,
            **model["training"],
        )
    asked = {"tasks": TASKS, "objective": "binary", "name": "main", "seed": 1}
    whole = evaluate_folds(inputs, map(str, paths), FOLDS, **asked).pooled
    settings = {"shares": [0.05, 0.8], "model": model, "name": "main", "seed": 1}
    found = learning_curve(inputs.windows, None, FOLDS, whole, **settings)
    tables.write(LEARNING, found, tmp_path / "learning.tsv")
    read = tables.read(LEARNING, tmp_path / "learning.tsv").query("metric == 'auprc'")
    ends = read.set_index(["share", "task"])
    counts = {task: len(positives(inputs.windows, ["part2", "part3"])[task]) for task in TASKS}
    for task in TASKS:
        assert ends.loc[(1.0, task), "events"] == counts[task]
        assert ends.loc[(0.05, task), "events"] == np.ceil(0.05 * counts[task])
        expected = whole.query("task == @task and metric == 'auprc'")["value"].item()
        assert ends.loc[(1.0, task), "value"] == pytest.approx(expected)
        # a training on wrong labels would know nothing
        assert ends.loc[(0.8, task), "value"] > 0.9 * expected
        # five or so planted words don't teach what two hundred do
        assert ends.loc[(1.0, task), "value"] > ends.loc[(0.05, task), "high"]
    assert (read["n"].groupby(read["task"]).nunique() == 1).all()
