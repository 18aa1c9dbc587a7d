"""Samples as networks read them: what is estimated comes from the training samples alone."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

from chromolens import tables
from chromolens.errors import BadInput
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.genotypes.calls import Genotypes
from chromolens.inputs.genotypes.store import write
from chromolens.inputs.windows import Tally
from chromolens.tables.inputs import COVARIATES

SAMPLES, MARKERS = 60, 24
CHROMS = ["a"] * 10 + ["b"] * 8 + ["c"] * 6


@pytest.fixture
def study(tmp_path):
    """A function that stores genotypes with some missing; it returns (windows, path, dosage)."""

    def made(components: int = 0, covariates: bool = False):
        rng = np.random.default_rng(1)
        dosage = rng.integers(0, 3, (SAMPLES, MARKERS)).astype(np.int8)
        dosage[rng.random(dosage.shape) < 0.1] = -1
        ids = np.array([f"s{i}" for i in range(SAMPLES)], dtype=object)
        markers = pd.DataFrame({"marker": [f"m{i}" for i in range(MARKERS)], "chrom": CHROMS})
        markers = markers.assign(position=np.arange(MARKERS) + 1, ref="", alt="")
        genotypes = Genotypes(ids, ids, markers, dosage, 2, Tally(), {})
        order = np.arange(SAMPLES)
        write(tmp_path / "genotypes.h5", genotypes, order, np.arange(MARKERS), components)
        windows = pd.DataFrame({"id": ids, "group": [f"part{i % 3}" for i in range(SAMPLES)]})
        # rows of the store in another order than the windows
        windows = windows.assign(row=order, role="positive", source="t").iloc[::-1]
        windows = windows.reset_index(drop=True).assign(t=rng.normal(3, 2, SAMPLES))
        windows.loc[4, "t"] = np.nan
        numbers = {"sex": rng.integers(0, 2, SAMPLES), "age": rng.normal(50, 9, SAMPLES)}
        table = pd.DataFrame({"id": ids, **(numbers if covariates else {})})
        tables.write(COVARIATES, table, tmp_path / "covariates.tsv.gz")
        return windows, tmp_path / "genotypes.h5", dosage[::-1].astype(float)

    return made


def test_missing_dosages_are_the_mean_of_the_training_samples(study):
    windows, path, dosage = study()
    dosage[dosage < 0] = np.nan
    training = windows["group"].isin(["part0", "part1"]).to_numpy()
    expected = np.where(np.isnan(dosage), np.nanmean(dosage[training], axis=0), dosage)
    inputs = open_inputs(windows, path).for_training(["part0", "part1"])
    rows = np.array([7, 0, 33])
    found = inputs.arrays(rows)
    assert found.shape == (3, MARKERS, 1) and found.dtype == np.float32
    np.testing.assert_allclose(found[..., 0], expected[rows], rtol=1e-6)
    assert np.isnan(inputs.calls(np.arange(SAMPLES))).sum() == np.isnan(dosage).sum()


def test_without_a_fold_nothing_stands_for_what_is_missing(study):
    windows, path, _ = study(covariates=True)
    with pytest.raises(BadInput, match="for_training"):
        open_inputs(windows, path).arrays(np.arange(SAMPLES))
    with pytest.raises(BadInput, match="for_training"):
        open_inputs(windows, path).labels(np.array([0]), ["t"])


def test_covariates_are_regressed_out_on_the_training_samples(study):
    windows, path, _ = study(covariates=True)
    table = tables.read(COVARIATES, path.with_name("covariates.tsv.gz"))
    numbers = table.set_index("id").loc[windows["id"]].to_numpy()
    training = windows["group"].isin(["part0", "part1"]).to_numpy() & windows["t"].notna()
    fit = LinearRegression().fit(numbers[training], windows["t"][training])
    expected = windows["t"] - fit.predict(numbers) + windows["t"][training].mean()
    found = open_inputs(windows, path).for_training(["part0", "part1"])
    labels = found.labels(np.arange(SAMPLES), ["t"])[:, 0]
    np.testing.assert_allclose(labels, expected, rtol=1e-5)
    # a held-out sample's own trait changes nobody's but its own
    held_out = np.flatnonzero(windows["group"] == "part2")[0]
    changed = windows.assign(t=windows["t"].where(windows.index != held_out, 99.0))
    again = open_inputs(changed, path).for_training(["part0", "part1"])
    other = again.labels(np.arange(SAMPLES), ["t"])[:, 0]
    assert other[held_out] != labels[held_out]
    np.testing.assert_array_equal(np.delete(other, held_out), np.delete(labels, held_out))


def test_covariates_of_other_samples_are_refused(study):
    windows, path, _ = study(covariates=True)
    beside = path.with_name("covariates.tsv.gz")
    table = tables.read(COVARIATES, beside)
    tables.write(COVARIATES, table[table["id"] != "s7"], beside)
    with pytest.raises(BadInput, match="(?s)sample 's7' has no covariates.*covariates.tsv.gz"):
        open_inputs(windows, path)


def test_principal_components_are_those_of_the_training_samples(study):
    windows, path, dosage = study(components=2)
    dosage[dosage < 0] = np.nan
    training = windows["group"].isin(["part0", "part1"]).to_numpy()
    mean = np.nanmean(dosage[training], axis=0)
    filled = np.where(np.isnan(dosage), mean, dosage)
    scaled = (filled - filled[training].mean(axis=0)) / filled[training].std(axis=0)
    scores = PCA(2).fit(scaled[training]).transform(scaled)
    known = training & windows["t"].notna()
    fit = LinearRegression().fit(scores[known], windows["t"][known])
    expected = windows["t"] - fit.predict(scores) + windows["t"][known].mean()
    inputs = open_inputs(windows, path).for_training(["part0", "part1"])
    found = inputs.labels(np.arange(SAMPLES), ["t"])[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize(("draw", "first"), [(1, 10), (2, 18)])
def test_rotated_chromosomes_begin_with_another_one(study, draw, first):
    windows, path, _ = study()
    inputs = open_inputs(windows, path)
    table = inputs.rotated(draw, 2)
    moved = open_inputs(table, path).for_training(["part0", "part1"])
    straight = inputs.for_training(["part0", "part1"])
    rows = np.arange(5)
    order = [*range(first, MARKERS), *range(first)]
    np.testing.assert_array_equal(moved.arrays(rows), straight.arrays(rows)[:, order])
    assert moved.markers["marker"].tolist() == [f"m{i}" for i in order]
    with pytest.raises(BadInput, match="3 other orders of 3 chromosomes"):
        inputs.rotated(1, 3)
