"""Training on planted motifs: it learns, it repeats, it survives a kill."""

import hashlib
import json
import os

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

from chromolens import kernels
from chromolens.errors import BadInput
from chromolens.inputs.batches import open_inputs
from chromolens.models.judging.evaluate import evaluate
from chromolens.models.judging.predict import predict_groups
from chromolens.models.model import Model, load_model
from chromolens.models.training import checkpoint, data
from chromolens.models.training.train import train
from tests.models.planted import sequences

QUICK = {
    "architecture": "cnn",
    "architecture_settings": {"filters": 8, "kernel": 9, "dense": 8, "filter_dropout": 0.0},
    "tasks": ["alpha", "beta"],
    "training_groups": ["part0", "part1"],
    "validation_groups": ["part2"],
    "batch_size": 32,
}

STOPPING = {"epochs": 9, "patience": 2, "learning_rate": 0.3, "seed": 3}
SHORT = {"epochs": 2, "seed": 4, "notes": {"fold": "fold0", "replicate": 2}}


@pytest.fixture(scope="module")
def inputs():
    return sequences(300)


def run(inputs, folder, **settings):
    target = folder / "fold0.keras"
    history = train(
        inputs, **{**QUICK, "epochs": 4, **settings}, path=target, workdir=folder / "work"
    )
    return history, keras.models.load_model(target)


@pytest.fixture(scope="module")
def stopped(inputs, tmp_path_factory):
    """Folder, history and network of a training that early stopping ends."""
    folder = tmp_path_factory.mktemp("stopped")
    return folder, *run(inputs, folder, **STOPPING)


@pytest.fixture(scope="module")
def short(inputs, tmp_path_factory):
    """Folder and history of a training of two epochs."""
    folder = tmp_path_factory.mktemp("short")
    return folder, run(inputs, folder, **SHORT)[0]


@pytest.mark.slow
def test_learns_planted_motifs_on_both_strands(tmp_path):
    run(sequences(1200), tmp_path, epochs=20, patience=20, learning_rate=0.02)
    model = load_model(tmp_path / "fold0.keras")
    predictions = predict_groups(
        model, sequences(1200), tasks=["alpha", "beta"], groups=["part3"], strands="both"
    )
    table = evaluate(predictions, tasks=["alpha", "beta"]).set_index(["metric", "task"])["value"]
    assert (table["auroc"] > 0.9).all(), table


@pytest.mark.slow
def test_keeps_the_best_epoch(inputs, stopped):
    _, history, network = stopped
    best = history["val_loss"].min()
    rows = inputs.select(["alpha", "beta"], ["part2"])
    labels = inputs.labels(rows, ["alpha", "beta"])
    counted = inputs.labels(inputs.select(QUICK["tasks"], ["part0", "part1"]), QUICK["tasks"])
    chance = network.predict(inputs.arrays(rows), verbose=0).astype("float64")
    total = weight_sum = 0.0
    for task in range(2):
        known = counted[:, task][~np.isnan(counted[:, task])]
        for label in (0, 1):
            weight = len(known) / (2 * (known == label).sum())
            which = labels[:, task] == label
            right = chance[which, task] if label else 1 - chance[which, task]
            total -= weight * np.log(right).sum()
            weight_sum += weight * which.sum()
    assert total / weight_sum == pytest.approx(best, rel=1e-4)
    assert history["val_loss"].idxmin() == len(history) - 3


def test_first_prediction_is_the_best_constant(tmp_path):
    inputs = sequences(mask=0.0)
    inputs.windows["alpha"] *= 1000.0
    history, network = run(inputs, tmp_path, tasks=["alpha"], objective="regression", epochs=1)
    assert history["loss"].item() < np.log1p(1000) ** 2 / 3  # variance: 1/4, from 0: 1/2


@pytest.mark.slow
def test_same_seed_same_file_other_seed_other_file(inputs, short, tmp_path):
    folders = [short[0], tmp_path / "again", tmp_path / "other"]
    for folder, seed in zip(folders[1:], (SHORT["seed"], 5), strict=True):
        run(inputs, folder, **SHORT | {"seed": seed})
    first, again, other = ((folder / "fold0.keras").read_bytes() for folder in folders)
    assert first == again
    assert first != other


@pytest.mark.slow
def test_killed_and_resumed_equals_uninterrupted(inputs, stopped, tmp_path, monkeypatch):
    folder, whole, _ = stopped
    assert len(whole) < STOPPING["epochs"], "early stopping is to be part of it"
    _kill_in_epoch(monkeypatch, len(whole) - 1)
    with pytest.raises(tf.errors.UnknownError, match="TimeoutError"):
        run(inputs, tmp_path / "parts", **STOPPING)
    assert not (tmp_path / "parts/fold0.keras").exists()
    monkeypatch.undo()
    resumed, _ = run(inputs, tmp_path / "parts", **STOPPING)
    columns = ["epoch", "loss", "val_loss"]
    assert resumed[columns].equals(whole[columns])
    files = [(place / "fold0.keras").read_bytes() for place in (folder, tmp_path / "parts")]
    assert files[0] == files[1]
    assert not (tmp_path / "parts/work").exists()


@pytest.mark.slow
def test_negatives_drawn_anew_go_on_where_they_were(inputs, tmp_path, monkeypatch):
    drawn = {"negatives": 1.5, "words": 2, "schedule": "cosine", "weight_decay": 0.01}
    settings = SHORT | {"epochs": 3, **drawn}
    run(inputs, tmp_path / "whole", **settings)
    _kill_in_epoch(monkeypatch, 1)
    with pytest.raises(tf.errors.UnknownError, match="TimeoutError"):
        run(inputs, tmp_path / "parts", **settings)
    monkeypatch.undo()
    run(inputs, tmp_path / "parts", **settings)
    whole, parts = ((tmp_path / name / "fold0.keras").read_bytes() for name in ("whole", "parts"))
    assert whole == parts
    facts = json.loads((tmp_path / "whole/fold0.json").read_text())
    assert set(facts["words"]) == {"alpha", "beta"}


def _kill_in_epoch(monkeypatch, epoch):
    """Die in the middle of ``epoch`` (from 0), as a time limit would."""
    get = data.Batches.__getitem__

    def dying(self, i):
        if self._epoch == epoch and i == 3:
            raise TimeoutError
        return get(self, i)

    monkeypatch.setattr(data.Batches, "__getitem__", dying)


@pytest.mark.slow
def test_a_checkpoint_of_other_settings_is_not_resumed(inputs, short, tmp_path, monkeypatch):
    _kill_in_epoch(monkeypatch, 1)
    with pytest.raises(tf.errors.UnknownError, match="TimeoutError"):
        run(inputs, tmp_path / "stale", **SHORT | {"seed": 5})
    monkeypatch.undo()
    assert (tmp_path / "stale/work" / checkpoint.NAME).exists()
    again, _ = run(inputs, tmp_path / "stale", **SHORT)
    assert again["loss"].tolist() == short[1]["loss"].tolist()


def test_sidecar_says_what_was_trained_on(inputs, short):
    folder = short[0]
    facts = json.loads((folder / "fold0.json").read_text())
    rows = inputs.select(["alpha", "beta"], ["part0", "part1"])
    mean = inputs.arrays(rows).mean(axis=(0, 1))
    np.testing.assert_allclose(facts["background"], mean, atol=1e-6)
    digest = hashlib.sha256((folder / "fold0.keras").read_bytes()).hexdigest()
    assert facts["digest"] == digest
    expected = {"tasks": ["alpha", "beta"], "length": 50, "channels": 4, "objective": "binary"}
    expected |= {"fold": "fold0", "replicate": 2, "seed": 4, "architecture": "cnn"}
    assert {name: facts[name] for name in expected} == expected
    assert load_model(folder / "fold0.keras").tasks == ["alpha", "beta"]


@pytest.mark.skipif(
    kernels.LIMIT in os.environ,
    reason=f"{kernels.LIMIT} takes half precision from oneDNN where TensorFlow sees that the "
    "processor has it; on a processor without it Eigen's kernels run",
)
def test_mixed_precision_is_saved_in_float32(inputs, short, tmp_path):
    history, network = run(inputs, tmp_path, precision="mixed_bfloat16", **SHORT)
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"
    np.testing.assert_allclose(history["loss"], short[1]["loss"], rtol=0.05)
    assert history["loss"].tolist() != short[1]["loss"].tolist()


@pytest.mark.slow
def test_regression_fits_log_counts(tmp_path):
    inputs = sequences(mask=0.0)
    counts = 50 * inputs.windows["alpha"] + np.random.default_rng(0).poisson(3, size=600)
    inputs.windows["alpha"] = counts.astype("float32")
    _, network = run(
        inputs, tmp_path, tasks=["alpha"], objective="regression", epochs=20, learning_rate=0.005
    )
    predictions = predict_groups(
        Model.of(network, ["alpha"]),
        inputs,
        tasks=["alpha"],
        groups=["part3"],
        objective="regression",
    )
    rows = inputs.select(["alpha"], ["part3"])
    np.testing.assert_allclose(predictions["alpha.label"], np.log1p(counts.iloc[rows]), rtol=1e-6)
    table = evaluate(predictions, tasks=["alpha"], objective="regression")
    assert table["metric"].tolist() == ["pearson"]
    assert table["value"].item() > 0.5


def traits(scale: float = 1.0, shift: float = 0.0):
    """Records with a measured trait: negative without alpha, in units of ``scale``."""
    inputs = sequences(mask=0.0)
    noise = np.random.default_rng(0).normal(0, 0.3, 600)
    inputs.windows["alpha"] = (2 * inputs.windows["alpha"] - 1 + noise) * scale + shift
    return inputs


TRAIT = {"tasks": ["alpha"], "objective": "continuous", "epochs": 20, "learning_rate": 0.005}


@pytest.mark.slow
def test_continuous_labels_are_learned_in_their_own_units(tmp_path):
    plain, scaled = traits(), traits(1000.0, -4e4)
    brief = TRAIT | {"epochs": 2}  # rounding grows in a training
    networks = [run(i, tmp_path / str(n), **brief)[1] for n, i in enumerate([plain, scaled])]
    rows = plain.select(["alpha"], ["part3"])
    first, second = (network.predict(plain.arrays(rows), verbose=0) for network in networks)
    # the same network but for the units: float32 labels near -4e4 are known to 0.004
    np.testing.assert_allclose(second, first * 1000 - 4e4, atol=5)
    run(scaled, tmp_path / "1", **TRAIT)
    facts = json.loads((tmp_path / "1/fold0.json").read_text())
    training = scaled.windows["alpha"].iloc[scaled.select(["alpha"], ["part0", "part1"])]
    assert facts["standardised"]["alpha"]["mean"] == pytest.approx(training.mean(), rel=1e-6)
    assert facts["standardised"]["alpha"]["sd"] == pytest.approx(training.std(ddof=0), rel=1e-4)
    question = {"tasks": ["alpha"], "objective": "continuous"}
    model = load_model(tmp_path / "1/fold0.keras")
    table = evaluate(predict_groups(model, scaled, groups=["part3"], **question), **question)
    assert table["metric"].tolist() == ["r2", "pearson"]
    assert table.set_index("metric")["value"]["r2"] > 0.2


def test_labels_without_a_spread_are_refused(tmp_path):
    inputs = traits()
    inputs.windows["alpha"] = -3.0
    with pytest.raises(BadInput, match="all training labels of task alpha are -3"):
        run(inputs, tmp_path, tasks=["alpha"], objective="continuous")


def classes():
    """Records of one of three classes: alpha, beta, neither."""
    inputs = sequences(900, mask=0.0)
    windows = inputs.windows.assign(none=(inputs.windows["source"] == "negative").astype(float))
    windows["role"], windows["source"] = "positive", "alpha,beta,none"
    return open_inputs(windows)


@pytest.mark.slow
def test_one_of_several_classes_is_learned_by_a_softmax(tmp_path):
    inputs, tasks = classes(), ["alpha", "beta", "none"]
    _, network = run(
        inputs, tmp_path, tasks=tasks, objective="classes", epochs=30, learning_rate=0.005
    )
    rows = inputs.select(tasks, ["part3"])
    chance = network.predict(inputs.arrays(rows), verbose=0)
    np.testing.assert_allclose(chance.sum(axis=1), 1, atol=1e-5)
    question = {"tasks": tasks, "objective": "classes"}
    model = load_model(tmp_path / "fold0.keras")
    table = evaluate(predict_groups(model, inputs, groups=["part3"], **question), **question)
    found = table.set_index(["metric", "task"])["value"]
    labels = inputs.labels(rows, tasks).argmax(axis=1)
    assert found["accuracy", ""] == pytest.approx(accuracy_score(labels, chance.argmax(axis=1)))
    assert found["log_loss", ""] == pytest.approx(log_loss(labels, chance), rel=1e-4)
    assert found["auroc", "none"] == pytest.approx(roc_auc_score(labels == 2, chance[:, 2]))
    assert found["accuracy", ""] > 0.7


def test_a_class_without_windows_is_named(tmp_path):
    inputs = classes()
    gone = inputs.windows["none"].eq(1) & inputs.windows["group"].ne("part2")
    inputs.windows.loc[gone, ["none", "alpha"]] = [0.0, 1.0]
    with pytest.raises(BadInput, match="class none has no training windows"):
        run(inputs, tmp_path, tasks=["alpha", "beta", "none"], objective="classes")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"shift": 5}, "training.shift is 5"),
        ({"training_groups": ["part9"]}, "no training windows"),
        ({"validation_groups": ["part9"]}, "no validation windows"),
        ({"class_weight": "equal"}, "unknown class_weight"),
        ({"schedule": "linear"}, "unknown training.schedule"),
        ({"objective": "regression", "negatives": 2}, "regression has none"),
        ({"words": 3, "architecture_settings": {"kernel": 5}}, "no filters to start from words"),
        ({"objective": "classes"}, "windows are not of one class"),
        ({"precision": "float8"}, "unknown precision"),
        ({"architecture_settings": {"filter": 8}}, "did you mean 'filters'"),
        ({"learning_rate": 1e30}, "training diverged"),
    ],
)
def test_what_cannot_be_trained_is_refused(inputs, tmp_path, settings, message):
    with pytest.raises(BadInput, match=message):
        run(inputs, tmp_path, **settings)
    assert not (tmp_path / "fold0.keras").exists()


def test_a_task_without_positives_is_named(tmp_path):
    inputs = sequences(mask=0.0)
    inputs.windows.loc[inputs.windows["group"] != "part2", "beta"] = 0.0
    with pytest.raises(BadInput, match="task beta has 0 positive and"):
        run(inputs, tmp_path)
