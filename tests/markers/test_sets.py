"""Sufficient sets of markers are the smallest there are, on both sides, by brute force."""

from itertools import combinations

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
from chromolens.markers.sets import find_sets
from chromolens.models.model import Model
from chromolens.sis.front import sufficient_subsets
from chromolens.tables.inputs import COVARIATES

MARKERS, SAMPLES = 9, 60
FOLDS = Folds(
    {
        "fold0": {"test": ["part0"], "training": ["part1"]},
        "fold1": {"test": ["part1"], "training": ["part0"]},
    }
)


@pytest.fixture
def samples(tmp_path):
    """Dosages 0, 1, 2 whose means differ between markers and between the two parts."""
    rng = np.random.default_rng(4)
    shares = np.stack([rng.uniform(0.1, 0.9, MARKERS) for _ in range(2)])
    dosage = rng.binomial(2, np.repeat(shares, SAMPLES // 2, axis=0)).astype(np.int8)
    ids = np.array([f"s{i}" for i in range(SAMPLES)], dtype=object)
    markers = pd.DataFrame({"marker": [f"m{i}" for i in range(MARKERS)], "chrom": "1"})
    markers = markers.assign(position=10 * np.arange(MARKERS) + 1, ref="", alt="")
    path = tmp_path / "genotypes.h5"
    genotypes = Genotypes(ids, ids, markers, dosage, 2, Tally(), {})
    write(path, genotypes, np.arange(SAMPLES), np.arange(MARKERS))
    tables.write(COVARIATES, pd.DataFrame({"id": ids}), tmp_path / "covariates.tsv.gz")
    windows = pd.DataFrame({"id": ids, "group": np.repeat(["part0", "part1"], SAMPLES // 2)})
    windows = windows.assign(row=np.arange(SAMPLES), role="positive", source="t", t=0.0)
    return Samples(windows, path)


def network(hidden: int, length: int = MARKERS) -> Model:
    """The sum of the dosages with random effects, or with a layer of ``hidden`` in between."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((length, 1))
    values = keras.layers.Flatten()(inputs)
    if hidden:
        values = keras.layers.Dense(hidden, activation="tanh")(values)
    model = keras.Model(inputs, keras.layers.Dense(1, name="trait")(values))
    rng = np.random.default_rng(5)
    for weight in model.weights:
        weight.assign(rng.normal(size=weight.shape))
    return Model.of(model, ["t"])


def on(model: Model, x: np.ndarray, means: np.ndarray, kept) -> float:
    """Prediction of a sample (markers,) with the markers ``kept`` alone."""
    alone = means.copy()
    alone[list(kept)] = x[list(kept)]
    return float(model.network(alone[None, :, None].astype(np.float32)).numpy()[0, 0])


def smallest(reaches, count: int) -> int:
    """Markers in the smallest set that ``reaches``."""
    sizes = (k for k in range(count + 1) if any(map(reaches, combinations(range(count), k))))
    return next(sizes)


@pytest.mark.parametrize("method", ["exact", "gradient"])
def test_sets_are_the_smallest_that_keep_the_way(samples, method):
    model = network(0)
    found = find_sets(
        dict.fromkeys(FOLDS.roles, model), samples, FOLDS,
        task="t", samples=12, threshold={"relative": 0.7}, method=method,
    )  # fmt: skip
    assert found.sets.groupby(["fold", "side"]).size().tolist() == [3] * 4
    dosage = samples.calls(np.arange(SAMPLES))
    predicted = pd.Series(model.network(dosage[..., None]).numpy()[:, 0], samples.windows["id"])
    groups = samples.windows.set_index("id")["group"]
    for fold, own in found.sets.groupby("fold"):
        ranked = predicted[groups == fold.replace("fold", "part")].sort_values().index
        assert set(own.loc[own["side"] == "high", "id"]) == set(ranked[-3:])
        assert set(own.loc[own["side"] == "low", "id"]) == set(ranked[:3])
    for row in found.sets.itertuples():
        test = (samples.windows["group"] == row.fold.replace("fold", "part")).to_numpy()
        means = dosage[~test].mean(axis=0, dtype=float)  # of the two parts the other is trained on
        x = dosage[samples.windows["id"] == row.id][0]
        whole, masked = on(model, x, means, range(MARKERS)), on(model, x, means, ())
        sign = {"high": 1, "low": -1}[row.side]
        assert sign * (whole - masked) > 0
        assert row.whole == pytest.approx(whole, abs=1e-4)
        assert row.masked == pytest.approx(masked, abs=1e-4)
        limit = masked + 0.7 * (whole - masked)
        assert row.threshold == pytest.approx(limit, abs=1e-4)

        def reaches(kept, x=x, means=means, sign=sign, limit=limit):
            return sign * (on(model, x, means, kept) - limit) >= -1e-5

        assert row.markers == smallest(reaches, MARKERS)
        own = found.members[found.members["id"] == row.id]
        places = own["marker"].str[1:].astype(int).to_numpy()
        assert len(places) == row.markers and reaches(places)
        assert row.value == pytest.approx(on(model, x, means, places), abs=1e-4)
        assert sign * (row.without_one - limit) < 0
        np.testing.assert_array_equal(own["dosage"], x[places])
        np.testing.assert_allclose(own["mean"], means[places], atol=1e-6)
        assert own["position"].tolist() == (10 * places + 1).tolist()


def test_markers_are_counted_by_sample_and_side(samples):
    found = find_sets(
        dict.fromkeys(FOLDS.roles, network(0)), samples, FOLDS,
        task="t", samples=12, threshold={"relative": 0.7},
    )  # fmt: skip
    sides = dict(zip(found.sets["id"], found.sets["side"], strict=True))
    for row in found.markers.itertuples():
        own = [
            sides[name] for name in found.members.loc[found.members["marker"] == row.marker, "id"]
        ]
        assert (row.high, row.low) == (own.count("high"), own.count("low"))
        assert row.share == pytest.approx(len(own) / 12)
    assert set(found.markers["marker"]) == set(found.members["marker"])


def test_a_network_that_reads_nothing_has_no_sets(samples, caplog):
    model = network(0)
    model.network.layers[-1].kernel.assign(np.zeros((MARKERS, 1)))
    found = find_sets(
        dict.fromkeys(FOLDS.roles, model), samples, FOLDS,
        task="t", samples=4, threshold={"relative": 0.5},
    )  # fmt: skip
    assert found.sets["markers"].tolist() == [0] * 4 and not len(found.members)
    assert not len(found.markers) and "1 of 1 inputs" in caplog.text


def test_what_is_kept_down_is_what_minus_the_network_keeps_up():
    """Of a network with interactions: the same sets, every number with its sign turned."""
    model, turned = network(4), network(4)
    last = turned.network.layers[-1]
    last.set_weights([-weight for weight in last.get_weights()])
    rng = np.random.default_rng(0)
    x = rng.integers(0, 3, (8, MARKERS, 1)).astype(np.float32)
    mask = rng.uniform(0.2, 1.8, (MARKERS, 1)).astype(np.float32)
    values = model.network(x).numpy()[:, 0]
    masked = float(model.network(mask[None]).numpy()[0, 0])
    x, values = x[values < masked], values[values < masked]
    assert len(x)
    limits = (values + masked) / 2
    down = sufficient_subsets(model, x, threshold=limits, mask=mask, keep="below")
    up = sufficient_subsets(turned, x, threshold=-limits, mask=mask)
    for one, other, sample, limit in zip(down, up, x, limits, strict=True):
        assert [a.tolist() for a in one.subsets] == [b.tolist() for b in other.subsets]
        np.testing.assert_allclose(one.values, [-value for value in other.values], atol=1e-5)
        assert one.rest_value == pytest.approx(-other.rest_value, abs=1e-5)
        kept = one.subsets[0]
        assert on(model, sample[:, 0], mask[:, 0], kept) <= limit + 1e-5
        less = [on(model, sample[:, 0], mask[:, 0], set(kept) - {gone}) for gone in kept]
        assert min(less) > limit
        assert one.without_one[0] == pytest.approx(min(less), abs=1e-5)


def test_what_makes_no_sense_is_refused(samples):
    model, x = network(0), np.ones((1, MARKERS, 1), np.float32)
    asked = {"task": "t", "samples": 4}
    with pytest.raises(BadInput, match="a trait, which has no events"):
        find_sets({"fold0": model}, samples, FOLDS, threshold={"percentile": 50}, **asked)
    with pytest.raises(BadInput, match="keep 'up'"):
        sufficient_subsets(model, x, threshold=0, mask=1.0, keep="up")
    with pytest.raises(BadInput, match=r"one per channel\) or of shape \(9, 1\)"):
        sufficient_subsets(model, x, threshold=0, mask=np.ones((8, 1)))
    value = float(model.network(x).numpy()[0, 0])
    with pytest.raises(BadInput, match="a threshold below the target") as refused:
        sufficient_subsets(model, x, threshold=value + 1, mask=1.0, keep="below")
    assert f"{value + 1:.6g}" in str(refused.value)
