"""The DeepLIFT methods against the package of the paper's authors, run live.

Its quotients are noise where a unit's positive or negative part is about 0, which few inputs
and deep dense layers make likely. So the dense layers here are wide, and hypothetical
contributions are compared where the first layer goes by Rescale.
"""

import json
from pathlib import Path

import keras
import networks
import numpy as np
import pytest
from keras import layers

from chromolens.attribution import front
from chromolens.models.model import Model
from tests.oracles import folder_of, run

MODES = {
    "deeplift_rescale": "Rescale",
    "deeplift_revealcancel": "RevealCancel",
    "deeplift_genomics": "DeepLIFT_GenomicsDefault",
}
LENGTH, TASK = 30, 1


def network(*hidden: layers.Layer) -> keras.Model:
    head = [layers.Dense(2, name="logits"), layers.Activation("sigmoid", name="squash")]
    return networks.randomised(keras.Sequential([keras.Input((LENGTH, 4)), *hidden, *head]))


def pooled() -> keras.Model:
    """Convolution and fused ReLU, convolution, ReLU, max pooling, two hidden dense layers."""
    return network(
        layers.Conv1D(6, 5, activation="relu"),
        layers.Conv1D(4, 3),
        layers.Activation("relu"),
        layers.MaxPooling1D(3),
        layers.Flatten(),
        layers.Dense(40, activation="relu"),
        layers.Dense(30, activation="tanh"),
    )


def normalised() -> keras.Model:
    """Batch normalisation (scales of both signs) after convolution and dense, averages."""
    return network(
        layers.Conv1D(6, 5),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        layers.AveragePooling1D(4),
        layers.Flatten(),
        layers.Dense(40),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        layers.Dropout(0.5),
    )


def global_maximum() -> keras.Model:
    """One maximum for each filter; no ties, which the package counts more than once."""
    return network(
        layers.Conv1D(6, 5, activation="tanh"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(30, activation="relu"),
    )


NETWORKS = {one.__name__: one for one in (pooled, normalised, global_maximum)}
REFERENCES = {
    "zeros": np.zeros((6, LENGTH, 4), np.float32),
    "background": np.tile(np.float32([0.3, 0.2, 0.2, 0.3]), (6, LENGTH, 1)),
    "sequences": networks.sequences(6, LENGTH, 5),
}
CASES = ["pooled.zeros", "pooled.sequences", "normalised.background"]
CASES += ["global_maximum.background", "global_maximum.sequences"]


def question(made: keras.Model, references: np.ndarray) -> dict:
    config = [
        {"class_name": type(one).__name__, "config": one.get_config()} for one in made.layers
    ]
    config[0]["config"]["batch_input_shape"] = [None, LENGTH, 4]
    weights = {
        f"{one.name}.{i}": array
        for one in made.layers
        for i, array in enumerate(one.get_weights())
    }
    inputs = {"inputs": networks.sequences(6, LENGTH), "references": references, "task": TASK}
    return {"config": json.dumps(config), **inputs, **weights}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the package's answers."""
    folder_of("deeplift")  # or else skipped, before any work
    folder = tmp_path_factory.mktemp("oracle")
    for part in ("asked", "answered"):
        (folder / part).mkdir()
    for case in CASES:
        name, kind = case.split(".")
        asked = question(NETWORKS[name](), REFERENCES[kind])
        np.savez(folder / "asked" / f"{case}.npz", **asked)
    run(Path(__file__).with_name("original_deeplift.py"), folder, "deeplift")
    return folder / "answered"


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    return {name: Model.of(make()) for name, make in NETWORKS.items()}


def assert_near(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", MODES)
def test_agreement(original, models, case, method):
    name, kind = case.split(".")
    result = front.attribute(
        models[name],
        networks.sequences(6, LENGTH),
        method=method,
        task=TASK,
        references=REFERENCES[kind][:, None],
        pool="original",
        batch_size=6,
    )
    with np.load(original / f"{case}.npz") as theirs:
        multipliers = theirs[MODES[method]]
    by_channel = multipliers * (networks.sequences(6, LENGTH) - REFERENCES[kind])
    assert_near(result.contributions, by_channel.sum(axis=-1))
    if method != "deeplift_revealcancel":
        at_reference = (multipliers * REFERENCES[kind]).sum(axis=-1, keepdims=True)
        assert_near(result.hypothetical, multipliers - at_reference)
