"""Nulls: drawn anew, never the network itself; their masses against NumPy."""

import keras
import numpy as np
import pandas as pd
import pytest

from chromolens import tables
from chromolens.inputs.folds import Folds
from chromolens.inputs.genotypes.calls import Genotypes
from chromolens.inputs.genotypes.store import write
from chromolens.inputs.genotypes.windows import Samples
from chromolens.inputs.windows import Tally
from chromolens.markers.draws import held_out_masses, null_masses
from chromolens.models.model import Model
from chromolens.models.training.save import save_model
from chromolens.tables.inputs import COVARIATES
from chromolens.tracks.method import Method

SAMPLES, CHROMS = 60, ["a"] * 6 + ["b"] * 5
PARTS = ["part0", "part1", "part2"]
FOLDS = Folds(
    {
        f"fold{i + 1}": {
            "test": [PARTS[i]],
            "validation": [PARTS[(i + 1) % 3]],
            "training": [PARTS[(i + 2) % 3]],
        }
        for i in range(3)
    }
)
METHOD = Method("gradient_x_input", ["t"], references="mean")


def linear():
    inputs = keras.Input((len(CHROMS), 1))
    return keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(inputs)))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Samples whose trait follows marker 2, and the store of their genotypes."""
    rng = np.random.default_rng(0)
    dosage = rng.integers(0, 3, (SAMPLES, len(CHROMS))).astype(np.int8)
    ids = np.array([f"s{i}" for i in range(SAMPLES)], dtype=object)
    markers = pd.DataFrame({"marker": [f"m{i}" for i in range(len(CHROMS))], "chrom": CHROMS})
    markers = markers.assign(position=10 * np.arange(len(CHROMS)) + 10, ref="", alt="")
    path = tmp_path_factory.mktemp("store") / "genotypes.h5"
    genotypes = Genotypes(ids, ids, markers, dosage, 2, Tally(), {})
    write(path, genotypes, np.arange(SAMPLES), np.arange(len(CHROMS)))
    tables.write(COVARIATES, pd.DataFrame({"id": ids}), path.parent / "covariates.tsv.gz")
    windows = pd.DataFrame({"id": ids, "group": [PARTS[i % 3] for i in range(SAMPLES)]})
    trait = dosage[:, 2].astype(float)
    windows = windows.assign(row=np.arange(SAMPLES), role="positive", source="t", t=trait)
    return windows, path, dosage.astype(np.float64)


@pytest.fixture
def masses_of(stored, tmp_path):
    """A function from the name of a null to its table."""
    model = {
        "architecture": "cnn_lstm_last",
        "settings": {"recurrent": False, "filters": 2},
        "tasks": ["t"],
        "objective": "continuous",
        "layout": "",
        "training": {"epochs": 2, "reverse_complement": False},
        "nulls": {"untrained": 3, "permuted": 2, "rotated": 1},
    }
    return lambda null, **how: null_masses(
        Samples(stored[0], stored[1]),
        null,
        model=model,
        method=METHOD,
        folds=FOLDS,
        seed=4,
        workdir=tmp_path / "work",
        **how,
    )


def test_masses_of_a_linear_network_are_those_of_numpy(stored):
    windows, path, dosage = stored
    weights = np.linspace(-1, 2, len(CHROMS))
    network = linear()
    network.layers[-1].set_weights([weights[:, None], np.zeros(1)])
    model = Model.of(network, ["t"])
    found = held_out_masses(
        dict.fromkeys(FOLDS.roles, model), Samples(windows, path), FOLDS, METHOD
    )
    part = windows["group"].to_numpy()
    mean = {PARTS[i]: dosage[part == PARTS[(i + 2) % 3]].mean(axis=0) for i in range(3)}
    right = np.abs(weights * (dosage - np.stack([mean[name] for name in part]))).mean(axis=0)
    np.testing.assert_allclose(found, right[None], rtol=1e-5)


def test_untrained_draws_share_no_weights_and_no_label(masses_of, stored):
    found = masses_of("untrained")
    masses = found.pivot(index="draw", columns="marker", values="mass")
    assert masses.index.tolist() == [1, 2, 3] and not masses.round(6).duplicated().any()
    assert found["marker"].head(len(CHROMS)).tolist() == [f"m{i}" for i in range(len(CHROMS))]
    pd.testing.assert_frame_equal(found, masses_of("untrained"))


def test_permuted_and_rotated_draws_are_trained_on_what_they_say(masses_of, stored, tmp_path):
    seen = []

    def make(inputs, *, seed, **how):
        seen.append((inputs.windows, inputs.markers, seed))
        save_model(linear(), how["path"], {"tasks": ["t"], "objective": "continuous"})

    for null in ("permuted_1", "permuted_2", "rotated_1"):
        masses_of(null, make=make)
    tables_seen, orders, seeds = zip(*seen, strict=True)
    assert len(seen) == 9 and len(set(seeds)) == 2  # a seed per draw, one network per fold
    true = stored[0]
    for start in (0, 3):
        permuted = tables_seen[start]
        assert not np.array_equal(permuted["t"], true["t"])
        for part in PARTS:  # within each part
            same = (true["group"] == part).to_numpy()
            assert sorted(permuted["t"][same]) == sorted(true["t"][same])
    assert not np.array_equal(tables_seen[0]["t"], tables_seen[3]["t"])
    assert np.array_equal(tables_seen[6]["t"], true["t"])
    assert orders[6]["chrom"].tolist() == ["b"] * 5 + ["a"] * 6
    assert not list(tmp_path.iterdir())
