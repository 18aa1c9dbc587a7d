"""What hiding a chromosome costs, where it can be worked out by hand."""

from itertools import product

import keras
import numpy as np
import pandas as pd
import pytest

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.inputs.folds import Folds
from chromolens.inputs.genotypes.calls import Genotypes
from chromolens.inputs.genotypes.store import write
from chromolens.inputs.genotypes.windows import Samples
from chromolens.inputs.windows import Tally
from chromolens.markers.occlusion import occlude_chromosomes
from chromolens.models.model import Model
from chromolens.tables.inputs import COVARIATES

CHROMS = ["a", "b", "c", "c", "silent"]
EFFECTS = np.array([1.0, 2.0, 1.5, 1.5, 0.0], np.float32)
FOLDS = Folds(
    {
        "fold0": {"test": ["part0"], "training": ["part1"]},
        "fold1": {"test": ["part1"], "training": ["part0"]},
    }
)


@pytest.fixture
def samples(tmp_path):
    """All genotypes 0 or 2 in part0, all 0 or 1 in part1; the markers of c go together.

    ``t`` is 1 a + 2 b + 3 c, ``sick`` whether c is above its part's mean.
    """
    three = np.array([*product((0, 2), repeat=3), *product((0, 1), repeat=3)], np.int8)
    dosage = three[:, [0, 1, 2, 2, 0]]
    ids = np.array([f"s{i}" for i in range(len(dosage))], dtype=object)
    markers = pd.DataFrame({"marker": [f"m{i}" for i in range(5)], "chrom": CHROMS})
    markers = markers.assign(position=np.arange(5) + 1, ref="", alt="")
    path = tmp_path / "genotypes.h5"
    genotypes = Genotypes(ids, ids, markers, dosage, 2, Tally(), {})
    write(path, genotypes, np.arange(len(ids)), np.arange(5))
    tables.write(COVARIATES, pd.DataFrame({"id": ids}), tmp_path / "covariates.tsv.gz")
    windows = pd.DataFrame({"id": ids, "group": ["part0"] * 8 + ["part1"] * 8})
    windows = windows.assign(row=np.arange(len(ids)), role="positive", source="t,sick")
    sick = (three[:, 2] > 0).astype(float)
    return Samples(windows.assign(t=dosage @ EFFECTS, sick=sick), path)


def linear(task: str, effects: np.ndarray, activation: str = "linear") -> Model:
    inputs = keras.Input((len(effects), 1))
    outputs = keras.layers.Dense(1, name="sum")(keras.layers.Flatten()(inputs))
    network = keras.Model(inputs, keras.layers.Activation(activation)(outputs))
    network.set_weights([effects[:, None], np.zeros(1, np.float32)])
    return Model.of(network, [task])


def occluded(model: Model, inputs: Samples, objective: str, seed: int = 0) -> pd.DataFrame:
    return occlude_chromosomes(
        {"fold0": [model], "fold1": [model]}, inputs, FOLDS,
        tasks=model.tasks, objective=objective, seed=seed,
    )  # fmt: skip


def test_the_fall_is_the_error_that_the_means_of_the_training_samples_make(samples):
    found = occluded(linear("t", EFFECTS), samples, "continuous")
    assert found["chrom"].tolist() == ["a", "b", "c", "silent"]
    assert set(found["n"]) == {16} and set(found["metric"]) == {"r2"}
    # fold0 sees 0 and 2 as 0.5, fold1 sees 0 and 1 as 1: mean squared errors of 1.25 and 0.5.
    # a, b and c have variance 0.6875 and, as the parts differ, covariance 0.0625:
    # that of the trait is 14 x 0.6875 + 22 x 0.0625 = 11.
    expected = 0.875 * np.array([1, 4, 9, 0]) / 11
    np.testing.assert_allclose(found["whole"], 1, atol=1e-6)
    np.testing.assert_allclose(found["fall"], expected, atol=1e-6)
    np.testing.assert_allclose(found["without"], 1 - expected, atol=1e-6)


def test_the_interval_is_drawn_once_and_of_the_fall(samples):
    model = linear("t", EFFECTS)
    found = occluded(model, samples, "continuous")
    inside = found.iloc[:3]
    assert (inside["low"] < inside["fall"]).all() and (inside["fall"] < inside["high"]).all()
    # nothing is lost with a chromosome that isn't read, whatever the samples
    assert found.iloc[3][["fall", "low", "high"]].tolist() == [0, 0, 0]
    pd.testing.assert_frame_equal(found, occluded(model, samples, "continuous"))
    assert not found["low"].equals(occluded(model, samples, "continuous", seed=1)["low"])


def test_binary_traits_fall_in_auroc(samples):
    effects = np.array([0, 0, 2, 2, 0], np.float32)
    found = occluded(linear("sick", effects, "sigmoid"), samples, "binary").set_index("chrom")
    assert set(found["metric"]) == {"auroc"}
    assert found.loc["a", ["whole", "without", "fall"]].tolist() == [1, 1, 0]
    # without c all samples of a fold are alike, 4 of them sick: as many pairs are right as wrong
    assert found.loc["c", ["without", "fall"]].tolist() == [0.5, 0.5]


def test_a_chromosome_is_hidden_from_a_fold_that_is_known(samples):
    with pytest.raises(BadInput, match="mean dosages of the training samples"):
        samples.without("a")
    with pytest.raises(BadInput, match="no marker lies on 'd'"):
        samples.for_training(["part0"]).without("d")
