"""The comparison of methods, on an additive network: every answer is a sum done here."""

import h5py
import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from chromolens.checks import methods
from chromolens.models.model import Model
from chromolens.report.sections.methods import fall
from chromolens.scores import seal

LENGTH, COUNT = 20, 6


@pytest.fixture(scope="module")
def weights():
    return np.random.default_rng(0).normal(size=(LENGTH, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def model(weights):
    inputs = keras.Input((LENGTH, 4))
    dense = layers.Dense(1)
    network = keras.Model(inputs, dense(layers.Flatten()(inputs)))
    dense.set_weights([weights.reshape(-1, 1), np.zeros(1)])
    return Model.of(network, ["factor"])


@pytest.fixture(scope="module")
def onehot():
    codes = np.random.default_rng(1).integers(0, 4, (COUNT, LENGTH))
    return np.eye(4, dtype=np.float32)[codes]


def write(path, ids, onehot, contributions, errors):
    with h5py.File(path, "w") as file:
        group = file.create_group("factor")
        group["id"] = ids
        group["fold"] = ["fold0" if number % 2 else "fold1" for number in range(len(ids))]
        group["onehot"], group["contributions"] = onehot.astype("int8"), contributions
        group["completeness_error"] = errors
    seal(path)
    return str(path)


@pytest.fixture
def table(tmp_path, model, onehot, weights):
    exact = (weights * (onehot - 0.25)).sum(axis=-1)
    ids = [f"chr1:{number}-{number + LENGTH}" for number in range(COUNT)]
    error = np.linspace(-3, 2, COUNT).astype(np.float32)
    files = {
        "exact": write(tmp_path / "a.h5", ids, onehot, exact, error),
        # another order, and one window fewer
        "reversed": write(
            tmp_path / "b.h5", ids[:0:-1], onehot[:0:-1], -exact[:0:-1], error[1:] * np.nan
        ),
    }
    times = {}
    for method, seconds in (("exact", 3.5), ("reversed", 8.0)):
        times[method] = tmp_path / f"{method}.tsv"
        pd.DataFrame({"s": [1.0], "cpu_time": [seconds]}).to_csv(times[method], sep="\t")
    models = {"fold0": [model, model], "fold1": [model]}
    return methods.compare(files, times, models, target="logit", seed=0)


def number(table, **wanted):
    found = table[np.logical_and.reduce([table[key] == value for key, value in wanted.items()])]
    return float(found["value"].iloc[0])


def test_opposite_contributions_disagree_wholly(table):
    assert number(table, method="exact", other="reversed") == pytest.approx(-1)
    assert number(table, method="reversed", other="exact") == pytest.approx(-1)


def test_deletion_is_the_sum_of_what_is_left(table, onehot, weights):
    exact = (weights * (onehot - 0.25)).sum(axis=-1)[1:].astype(float)
    nothing = 0.25 * weights.sum(dtype=float)
    for method, order in (("exact", -1), ("reversed", 1)):
        for share in methods.SHARES:
            left = np.sort(exact * order, axis=1)[:, round(share * LENGTH) :]
            expected = nothing + (left * order).sum(axis=1).mean()
            found = number(table, method=method, measure="deletion", share=share)
            assert found == pytest.approx(expected, abs=1e-5)
    for end in (0.0, 1.0):
        ends = [
            number(table, method=m, measure="deletion", share=end) for m in ("exact", "random")
        ]
        assert ends[0] == pytest.approx(ends[1], abs=1e-5)


def test_errors_and_times(table):
    assert number(table, method="exact", measure="completeness") == pytest.approx(1)
    assert not ((table["method"] == "reversed") & (table["measure"] == "completeness")).any()
    assert number(table, method="reversed", measure="cpu_seconds") == 8.0
    counted = table.loc[table["measure"] != "cpu_seconds", "windows"]
    assert (counted == COUNT - 1).all()


def test_an_n_stays_an_n(onehot):
    onehot = onehot.copy()
    onehot[0, 3] = 0
    scores = np.zeros(onehot.shape[:2])
    scores[0, 3] = 1
    cut = methods.delete(onehot, scores, 0.1, np.full(4, 0.25))
    assert (cut[0, 3] == 0).all()
    assert (cut[0, 0] == 0.25).all() and (cut[0, 1] == onehot[0, 1]).all()


def test_rank_agreement_leaves_constant_rows_out():
    one = np.array([[1.0, 2, 3], [5, 5, 5]])
    other = np.array([[1.0, 3, 2], [1, 2, 3]])
    assert methods.rank_agreement(one, other) == pytest.approx(0.5)
    assert np.isnan(methods.rank_agreement(one[1:], other[1:]))


def test_fall_of_a_straight_line_is_half_its_height():
    shares = np.array([0, 0.25, 1])
    assert fall(shares, 7 - 3 * shares) == pytest.approx(1.5)


def test_a_zero_that_is_no_n_is_deleted_like_other_numbers():
    genotypes = np.array([[0, 1, 2, 0]], np.float32)[..., None]
    cut = methods.delete(genotypes, np.array([[9.0, 1, 2, 3]]), 0.5, np.float32([0.5]))
    np.testing.assert_array_equal(cut[0, :, 0], [0.5, 1, 2, 0.5])
    dna = np.eye(4, dtype=np.float32)[None]
    dna[0, 0] = 0
    cut = methods.delete(dna, np.array([[9.0, 1, 2, 3]]), 0.5, np.full(4, 0.25, np.float32))
    np.testing.assert_array_equal(cut[0], [[0] * 4, dna[0, 1], dna[0, 2], [0.25] * 4])
