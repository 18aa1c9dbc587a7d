"""Tables of predictions and metrics, on models whose answers are known."""

import logging

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from chromolens.errors import BadInput
from chromolens.models.judging.evaluate import evaluate, pool, reliability
from chromolens.models.judging.predict import predict_groups
from chromolens.models.model import Model
from tests.models.planted import sequences

TASKS = ["alpha", "beta"]


def additive(length: int = 50) -> tuple[Model, np.ndarray]:
    """A linear classifier of two tasks, and its weights (length, 4, 2)."""
    inputs = keras.Input((length, 4), name="sequence")
    x = keras.layers.Dense(2, name="logits")(keras.layers.Flatten()(inputs))
    network = keras.Model(inputs, keras.layers.Activation("sigmoid")(x))
    weights = np.random.default_rng(0).normal(size=(length, 4, 2)).astype("float32")
    network.set_weights([weights.reshape(-1, 2), np.zeros(2, "float32")])
    return Model.of(network, TASKS), weights


@pytest.fixture(scope="module")
def inputs():
    return sequences(240)


@pytest.mark.parametrize("strands", ["forward", "both"])
def test_predictions_are_logits_of_the_held_out_groups(inputs, strands):
    model, weights = additive()
    table = predict_groups(model, inputs, tasks=TASKS, groups=["part1"], strands=strands)
    rows = inputs.windows.index[inputs.windows["group"] == "part1"].to_numpy()
    assert table["id"].tolist() == inputs.windows["id"][rows].tolist()
    assert list(table) == ["id", "group", "role", "source"] + [
        column for task in TASKS for column in (task, f"{task}.label")
    ]
    onehot = inputs.arrays(rows).astype("float64")
    expected = np.einsum("nlc,lct->nt", onehot, weights)
    if strands == "both":
        turned = np.einsum("nlc,lct->nt", onehot[:, ::-1, ::-1], weights)
        expected = (expected + turned) / 2
    np.testing.assert_allclose(table[TASKS], expected, atol=1e-4)
    np.testing.assert_array_equal(table[["alpha.label", "beta.label"]], inputs.labels(rows, TASKS))


def averaged(scale: float) -> Model:
    """The mean of two sigmoids, which has no logit, times ``scale``."""
    model, _ = additive()
    strands = [model.network.output, keras.layers.Activation("sigmoid")(model.logits.output / 9)]
    mean = keras.layers.Rescaling(scale)(keras.layers.Average()(strands))
    return Model.of(keras.Model(model.network.inputs[0], mean), TASKS)


def test_predictions_without_a_logit_are_the_log_odds_of_the_output(inputs):
    model, asked = averaged(1.0), {"tasks": TASKS, "groups": ["part1"]}
    assert model.unclear
    rows = inputs.windows.index[inputs.windows["group"] == "part1"].to_numpy()
    p = np.float64(model.network(inputs.arrays(rows)))
    found = predict_groups(model, inputs, **asked)[TASKS]
    np.testing.assert_allclose(found, np.log(p / (1 - p)), rtol=1e-3)
    with pytest.raises(BadInput, match="no logit can be seen"):
        predict_groups(averaged(100.0), inputs, **asked)


def test_only_windows_of_the_asked_tasks(inputs):
    model, _ = additive()
    table = predict_groups(model, inputs, tasks=["beta"], groups=["part0"])
    assert set(table["source"]) == {"beta", "negative"}


def test_unknown_strands_and_empty_groups_are_refused(inputs):
    model, _ = additive()
    with pytest.raises(BadInput, match="unknown strands"):
        predict_groups(model, inputs, tasks=TASKS, groups=["part0"], strands="reverse")
    with pytest.raises(BadInput, match="no test windows"):
        predict_groups(model, inputs, tasks=TASKS, groups=["part7"])


def made(count: int = 90, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    labels = rng.choice([0, 1, np.nan], p=[0.5, 0.3, 0.2], size=(count, 2))
    values = np.nan_to_num(labels) + rng.normal(size=(count, 2))
    table = pd.DataFrame({"id": [f"w{seed}.{i}" for i in range(count)], "group": "c"})
    for i, task in enumerate(TASKS):
        table[task], table[f"{task}.label"] = values[:, i], labels[:, i]
    return table


def oracle(table: pd.DataFrame, task: str, metric) -> float:
    known = table[table[f"{task}.label"].notna()]
    return metric(known[f"{task}.label"], known[task])


def test_metrics_leave_out_masked_labels():
    predictions = made()
    table = evaluate(predictions, tasks=TASKS, model="m", fold="fold1", replicate=2)
    assert list(table) == [
        "model", "fold", "replicate", "task", "metric", "value", "n", "positives",
    ]  # fmt: skip
    assert set(zip(table["model"], table["fold"], table["replicate"], strict=True)) == {
        ("m", "fold1", 2)
    }
    for row in table.itertuples():
        labels = predictions[f"{row.task}.label"]
        assert (row.n, row.positives) == (labels.notna().sum(), (labels == 1).sum())
    found = table.set_index(["metric", "task"])["value"]
    for task in TASKS:
        assert found["auroc", task] == pytest.approx(oracle(predictions, task, roc_auc_score))
        precision = oracle(predictions, task, average_precision_score)
        assert found["auprc", task] == pytest.approx(precision)


def test_an_undefined_metric_is_nan_and_said_so(caplog):
    predictions = made()
    predictions["beta.label"] = predictions["beta.label"].where(predictions["beta.label"] == 0)
    with caplog.at_level(logging.WARNING, "chromolens"):
        table = evaluate(predictions, tasks=TASKS).set_index(["metric", "task"])
    assert np.isnan(table.loc[("auroc", "beta"), "value"])
    assert np.isfinite(table.loc[("auroc", "alpha"), "value"])
    assert "auroc of beta is undefined" in caplog.text
    assert "auroc of alpha" not in caplog.text


def test_pooled_metrics_are_those_of_all_folds_together():
    parts = [made(seed=1), made(seed=2), made(seed=3)]
    together = pd.concat(parts)
    table = pool(parts, tasks=TASKS, model="m", resamples=100)
    assert list(table) == ["model", "task", "metric", "value", "low", "high", "n", "positives"]
    found = table.set_index(["metric", "task"])
    for task in TASKS:
        row = found.loc[("auroc", task)]
        assert row["value"] == pytest.approx(oracle(together, task, roc_auc_score))
        assert row["low"] < row["value"] < row["high"]


def test_replicates_are_averaged_before_they_are_pooled():
    first, second = made(seed=1), made(seed=1)
    second[TASKS] = np.random.default_rng(9).normal(size=(90, 2))
    mean = first.copy()
    mean[TASKS] = (first[TASKS] + second[TASKS]) / 2
    table = pool([first, second], tasks=TASKS, resamples=10).set_index(["metric", "task"])
    assert table.loc[("auroc", "alpha"), "value"] == pytest.approx(
        oracle(mean, "alpha", roc_auc_score)
    )
    assert table.loc[("auroc", "alpha"), "n"] == mean["alpha.label"].notna().sum()


def test_windows_that_share_words_are_left_out_of_the_unshared_metrics():
    predictions = made()
    shared = (np.arange(90) % 3 == 0).astype(int)
    windows = pd.DataFrame({"id": predictions["id"], "shared": shared}).sample(frac=1)
    table = pool([predictions], tasks=TASKS, windows=windows, resamples=10)
    found = table.set_index(["metric", "task"])["value"]
    expected = oracle(predictions[shared == 0], "beta", roc_auc_score)
    assert found["auroc_unshared", "beta"] == pytest.approx(expected)
    assert found["auroc", "beta"] != pytest.approx(expected)


def test_reliability_has_a_row_per_task_and_bin():
    predictions = made()
    table = reliability(predictions, TASKS)
    assert table.groupby("task")["n"].sum()["alpha"] == predictions["alpha.label"].notna().sum()
    assert (table["probability"].between(table["low"], table["high"])).all()
