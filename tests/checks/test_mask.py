"""The masked input against shuffles, on networks whose answers are sums done here."""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from chromolens.checks import mask as module
from chromolens.genome.onehot import codes_of, decode
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models.model import Model
from chromolens.models.targets import target_values

LENGTH, COUNT = 20, 12
FOLDS = Folds({"fold0": {"test": ["part0"]}, "fold1": {"test": ["part1"]}})


def linear(weights):
    """Target: the sum of ``weights`` (length, 4) at the input, linear to the end."""
    inputs = keras.Input((LENGTH, 4))
    dense = layers.Dense(1)
    network = keras.Model(inputs, dense(layers.Flatten()(inputs)))
    dense.set_weights([weights.reshape(-1, 1), np.zeros(1)])
    model = Model.of(network, ["factor"])
    model.background = [0.4, 0.1, 0.1, 0.4]
    return model


@pytest.fixture(scope="module")
def onehot():
    found = np.eye(4, dtype=np.float32)[np.random.default_rng(1).integers(0, 4, (COUNT, LENGTH))]
    found[2, 5] = 0
    return found


@pytest.fixture(scope="module")
def inputs(onehot):
    roles = ["positive"] * 8 + ["negative"] * 4
    return open_inputs(
        pd.DataFrame(
            {
                "id": [f"record{row}" for row in range(COUNT)],
                "group": ["part0", "part1"] * 6,
                "sequence": [decode(window) for window in onehot],
                "role": roles,
                "source": ["factor"] * 8 + ["negative"] * 4,
                "gc": 0.5,
                "factor": [1] * 8 + [0] * 4,
            }
        )
    )


def checked(inputs, weights, rows=range(8), thresholds=None, mask=0.25):
    model = linear(weights)
    return module.check_masks(
        {"fold0": model, "fold1": model},
        inputs,
        np.array(rows, dtype=int),
        folds=FOLDS,
        task="factor",
        thresholds=thresholds or {"fold0": 100.0, "fold1": -100.0},
        target="logit",
        mask=mask,
        seed=0,
    )


@pytest.fixture(scope="module")
def weights():
    return np.random.default_rng(2).normal(size=(LENGTH, 4)).astype(np.float32)


def test_values_of_each_mask_are_sums(inputs, onehot, weights):
    table = checked(inputs, weights)
    assert list(table.columns) == module.MASK.after("model")
    assert table["mask"].tolist() == ["0.25", "0", "mean"] * 2
    assert table["chosen"].tolist() == [1, 0, 0] * 2
    vectors = {"0.25": [0.25] * 4, "0": [0] * 4, "mean": [0.4, 0.1, 0.1, 0.4]}
    for row in table.itertuples():
        ours = onehot[int(row.fold[-1]) : 8 : 2]
        known = ours.any(axis=-1)
        each = (known[..., None] * np.array(vectors[row.mask]) * weights).sum(axis=(1, 2))
        assert row.value == pytest.approx(np.median(each), abs=1e-5)
        negatives = onehot[8 + int(row.fold[-1]) :: 2]
        middle = np.median((negatives * weights).sum(axis=(1, 2)))
        assert row.negatives_q50 == pytest.approx(middle, abs=1e-5)
        assert (row.windows, row.negatives, row.shuffles) == (4, 2, 40)
        assert row.passes == {"fold0": 0.0, "fold1": 1.0}[row.fold]


def test_a_target_of_composition_is_the_same_on_every_shuffle(inputs, onehot):
    # A counts 1, wherever it stands: shuffles keep it, and 20 x 0.25 A's are five
    composition = np.tile(np.array([1, 0, 0, 0], np.float32), (LENGTH, 1))
    table = checked(inputs, composition)
    table = table[table["mask"] == "0.25"]
    for row in table.itertuples():
        counts = onehot[int(row.fold[-1]) : 8 : 2, :, 0].sum(axis=1)
        assert row.q50 == pytest.approx(np.median(counts))
        assert row.q01 == pytest.approx(np.percentile(np.repeat(counts, 10), 1))
        assert row.z == pytest.approx((row.value - counts.mean()) / counts.std())


def test_an_answer_that_no_dna_gets_is_outside(inputs):
    # 0.25 everywhere lies between all DNA; a mask of threes lies far above it
    ones = np.ones((LENGTH, 4), np.float32)
    noise = ones + 0.1 * np.random.default_rng(3).normal(size=(LENGTH, 4)).astype(np.float32)
    table = checked(inputs, noise, mask=[3, 3, 3, 3])
    verdicts = table.set_index(["fold", "mask"])["verdict"]
    assert verdicts["fold1", "3 3 3 3"] == verdicts["fold1", "0"] == "outside"
    assert verdicts["fold1", "0.25"] == "inside"
    place = table.set_index(["fold", "mask"])["percentile"]
    assert place["fold1", "3 3 3 3"] == 100 and place["fold1", "0"] == 0


def test_a_mask_that_is_the_same_stands_once(inputs, weights):
    names = checked(inputs, weights, mask="mean")["mask"].tolist()
    assert names == ["mean", "0.25", "0"] * 2
    assert checked(inputs, weights, mask=0)["mask"].tolist() == ["0", "0.25", "mean"] * 2


def test_a_relative_threshold_lies_between_the_two(inputs, weights):
    share = {"fold0": {"relative": 0.5}, "fold1": {"relative": 0.5}}
    table = checked(inputs, weights, thresholds=share)
    assert ((table["passes"] >= 0) & (table["passes"] <= 1)).all()
    higher = checked(inputs, -weights, thresholds=share)
    # turned upside down, the windows that rose over their masked value fall below it
    np.testing.assert_allclose(table["passes"] + higher["passes"], 1)


def test_a_fold_without_windows_has_no_verdict(inputs, weights):
    table = checked(inputs, weights, rows=range(0, 8, 2)).set_index("fold")
    assert (table.loc["fold1", "verdict"] == "").all() and table.loc["fold1", "value"].isna().all()
    assert (table.loc["fold0", "verdict"] != "").all()


def test_shuffles_that_change_nothing_are_no_scale():
    codes = np.stack([codes_of("A" * LENGTH), codes_of("ACGTTGCATGCATTGACCAG")])
    asked = []
    module.shuffled_values(lambda x: asked.append(len(x)) or np.zeros(len(x)), codes, "ab", 0)
    assert asked == [1] * module.SHUFFLES


def test_a_shuffle_depends_on_its_window_alone(inputs, weights):
    rows = np.arange(8)
    model = linear(weights)

    def values(rows):
        def ask(onehot):
            return target_values(model, onehot, tasks=[0])[:, 0]

        names = inputs.windows["id"].to_numpy()[rows]
        found = module.shuffled_values(ask, inputs.codes(rows), names, 5)
        return found.reshape(module.SHUFFLES, len(rows))

    np.testing.assert_array_equal(values(rows)[:, ::-1], values(rows[::-1]))
    np.testing.assert_array_equal(values(rows)[:, 3:5], values(rows[3:5]))
