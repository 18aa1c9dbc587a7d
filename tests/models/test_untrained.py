"""A null of the architecture: the first weights, and nothing learned."""

import json

import keras
import numpy as np
import pytest

from chromolens.architectures import cnn
from chromolens.inputs.folds import Folds
from chromolens.models.judging.evaluate import evaluate_folds
from chromolens.models.training.train import train
from tests.models.planted import sequences

SETTINGS = {"filters": 8, "kernel": 9, "dense": 8}


@pytest.fixture(scope="module")
def inputs():
    return sequences(120)


def run(inputs, folder, **settings):
    asked = {
        "architecture": "cnn",
        "architecture_settings": SETTINGS,
        "tasks": ["alpha", "beta"],
        "training_groups": ["part0", "part1"],
        "validation_groups": ["part2"],
        "notes": {"fold": "fold0", "replicate": 0},
        "seed": 3,
    }
    target = folder / "fold0.keras"
    history = train(inputs, **{**asked, **settings}, path=target, workdir=folder / "work")
    sidecar = json.loads(target.with_suffix(".json").read_text())
    return history, keras.models.load_model(target).get_weights(), sidecar


def first_weights(seed):
    """Built without the package's training: Keras, the architecture, the seed."""
    keras.utils.set_random_seed(seed)
    return cnn.build(50, 4, ["alpha", "beta"], objective="binary", **SETTINGS).get_weights()


def test_weights_are_those_that_the_seed_draws(inputs, tmp_path):
    history, weights, sidecar = run(inputs, tmp_path, untrained=True)
    assert len(history) == 0 and {"epoch", "loss", "val_loss"} <= set(history)
    assert not (tmp_path / "work").exists()
    for found, wanted in zip(weights, first_weights(3), strict=True):
        np.testing.assert_array_equal(found, wanted)
    assert not any(
        np.array_equal(a, b) for a, b in zip(weights, first_weights(4), strict=True) if np.ptp(b)
    )
    assert sidecar["untrained"] is True
    counts = inputs.arrays(inputs.select(["alpha"], ["part0", "part1"])).sum(axis=(0, 1))
    np.testing.assert_allclose(sidecar["background"], counts / counts.sum(), atol=0.01)


def test_a_training_leaves_them(inputs, tmp_path):
    history, weights, sidecar = run(inputs, tmp_path, epochs=1)
    assert len(history) == 1 and sidecar["untrained"] is False
    assert all((a != b).any() for a, b in zip(weights, first_weights(3), strict=True))


def test_labels_have_no_part_in_it(inputs, tmp_path):
    turned = sequences(120)
    known = turned.windows["alpha"].notna()
    turned.windows.loc[known, "alpha"] = 1 - turned.windows["alpha"][known]
    for folder, given in (("a", inputs), ("b", turned)):
        run(given, tmp_path / folder, untrained=True)
    files = [(tmp_path / folder / "fold0.keras").read_bytes() for folder in "ab"]
    assert files[0] == files[1]


def test_it_is_evaluated_like_any_other(inputs, tmp_path):
    run(inputs, tmp_path, untrained=True)
    roles = {"test": ["part3"], "validation": ["part2"], "training": ["part0", "part1"]}
    question = {"tasks": ["alpha", "beta"], "objective": "binary", "name": "null", "seed": 0}
    paths, folds = [str(tmp_path / "fold0.keras")], Folds({"fold0": roles})
    found = evaluate_folds(inputs, paths, folds, **question)
    auroc = found.pooled.set_index(["metric", "task"])["value"].loc["auroc"]
    assert auroc.between(0, 1).all() and len(found.predictions) == 30
