"""Spiked traits and simulated crosses: what is true of them is what was asked for."""

import numpy as np
import pandas as pd
import pytest

from chromolens.errors import BadInput
from chromolens.inputs.genotypes import prepare
from chromolens.inputs.genotypes.simulated import simulate
from chromolens.inputs.genotypes.spiked import spike

SAMPLES, MARKERS, CHROMS = 300, 20, 5


@pytest.fixture
def cross(tmp_path):
    """Write a cross, of which 2 % of the genotypes are missing; return its files."""

    def make(samples=SAMPLES, markers=MARKERS, missing=0.02, **settings):
        files = {name: str(tmp_path / f"{name}.tsv.gz") for name in _FILES}
        simulate(files, samples=samples, chromosomes=CHROMS, markers=markers, **settings)
        table = pd.read_table(files["genotypes"], index_col=0)
        gone = np.random.default_rng(0).random(table.shape) < missing
        table.astype(object).mask(gone, "NA").to_csv(files["genotypes"], sep="\t")
        return files

    return make


_FILES = ("genotypes", "markers", "traits")


@pytest.fixture
def opened(cross, store):
    files = cross()
    return store(genotypes=files["genotypes"], markers=files["markers"])


def standardised(opened, rows, names):
    """Dosages of the markers with these names, the missing ones at the marker's mean."""
    columns = [opened.markers["marker"].tolist().index(name) for name in names]
    dosage = pd.DataFrame(opened.dosage(rows)[:, columns].astype(float))
    filled = dosage.fillna(dosage.mean())
    return ((filled - filled.mean()) / filled.std(ddof=0)).to_numpy()


def test_the_stated_share_of_the_variance_is_genetic(opened):
    rows = np.arange(10, SAMPLES)
    trait, truth = spike(opened, rows, "t", causal=7, heritability=0.4, seed=3)
    assert trait.mean() == pytest.approx(0, abs=1e-12) and trait.var() == pytest.approx(1)
    genetic = standardised(opened, rows, truth["marker"]) @ truth["effect"].to_numpy()
    assert genetic.var() == pytest.approx(0.4)
    assert np.cov(genetic, trait - genetic)[0, 1] == pytest.approx(0, abs=1e-12)
    assert set(truth["effect"].abs().round(9)) == {abs(truth["effect"][0]).round(9)}
    assert truth["share"].to_numpy() == pytest.approx(truth["effect"].to_numpy() ** 2)
    own = opened.markers.set_index("marker").loc[truth["marker"]]
    assert truth["position"].tolist() == own["position"].tolist()


def test_a_trait_without_noise_is_the_sum_of_its_effects(opened):
    trait, truth = spike(opened, np.arange(SAMPLES), "t", causal=6, heritability=1, seed=1)
    z = standardised(opened, np.arange(SAMPLES), truth["marker"])
    np.testing.assert_allclose(trait, z @ truth["effect"], atol=1e-9)
    assert set(np.sign(truth["effect"])) == {-1, 1}


@pytest.mark.parametrize(
    ("causal", "counts"),
    [(5, [1, 1, 1, 1, 1]), (12, [2, 3, 2, 3, 2]), (2, [0, 1, 0, 1, 0]), (100, [20] * 5)],
)
def test_causal_markers_are_spread_over_the_chromosomes(opened, causal, counts):
    _, truth = spike(opened, np.arange(SAMPLES), "t", causal=causal, heritability=0.5)
    found = truth["chrom"].value_counts().reindex([f"chr{i}" for i in range(1, 6)]).fillna(0)
    assert found.tolist() == counts and truth["marker"].is_unique


def test_each_stretch_of_a_chromosome_has_one_and_they_are_apart(opened):
    at = []
    for seed in range(40):
        wanted = {"causal": 10, "heritability": 0.5, "apart": 60_000, "seed": seed}
        places = spike(opened, np.arange(SAMPLES), "t", **wanted)[1]["position"].to_numpy()
        at.append(places.reshape(CHROMS, 2) // 10_000)
    first, second = np.concatenate(at).T
    assert (first <= 10).all() and (second > 10).all() and (second - first >= 6).all()
    assert set(first) == set(range(1, 11)) and set(second) == set(range(11, 21))


def test_a_trait_is_of_its_name_and_the_seed_alone(cross, store):
    files = cross()
    opened = store(genotypes=files["genotypes"], markers=files["markers"])
    one = {"a": {"causal": 4, "heritability": 0.5}}

    def made(spiked, seed=2):
        settings = {"store": opened.path, "traits": files["traits"], "tasks": ["noise"]}
        return prepare(**settings, spiked=spiked, seed=seed)

    alone, both = made(one), made({"b": {"causal": 9, "heritability": 0.9}, **one})
    assert set(both.windows["source"]) == {"noise,b,a"}
    assert both.windows["a"].tolist() == alone.windows["a"].tolist()
    assert alone.windows.drop(columns=["a", "source"]).equals(
        both.windows.drop(columns=["a", "b", "source"])
    )
    truth = both.spiked[both.spiked["trait"] == "a"].reset_index(drop=True)
    pd.testing.assert_frame_equal(truth, alone.spiked)
    twins = made({"a": one["a"], "c": one["a"]}).windows
    assert abs(np.corrcoef(twins["a"], twins["c"])[0, 1]) < 0.5
    assert made(one, seed=3).windows["a"].tolist() != alone.windows["a"].tolist()
    assert made({}).spiked.empty


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("noise", {}, "the spiked trait noise has the name of a column(.|\n)*traits.tsv"),
        ("row", {}, "can't be named 'row'"),
        ("t", {"causal": 101}, "101 causal markers of t, of 100 that vary"),
        ("t", {"causal": 10, "apart": 1e6}, "2 causal markers of t on chr1, 1e.06 bp apart"),
        ("t", {"heritability": 0}, "heritability 0 of t"),
        ("t", {"heritability": 1.01}, "heritability 1.01 of t"),
    ],
)
def test_what_cannot_be_spiked_is_refused(cross, store, name, settings, words):
    files = cross()
    opened = store(genotypes=files["genotypes"], markers=files["markers"])
    spiked = {name: {"causal": 3, "heritability": 0.5} | settings}
    with pytest.raises(BadInput, match=words):
        prepare(store=opened.path, traits=files["traits"], tasks=["noise"], spiked=spiked)


@pytest.mark.slow
@pytest.mark.parametrize("ploidy", [1, 2])
def test_linkage_in_a_cross_falls_as_haldane_says(cross, store, ploidy):
    files = cross(samples=4000, missing=0, ploidy=ploidy, crossovers=1.5, seed=7)
    opened = store(genotypes=files["genotypes"], markers=files["markers"])
    assert opened.ploidy == ploidy and opened.shape == (4000, CHROMS * MARKERS)
    dosage = opened.dosage(np.arange(4000))
    assert set(np.unique(dosage)) == set(range(ploidy + 1))
    found = np.corrcoef(dosage.T)
    # crossovers between two markers are Poisson, and r = exp(-2 x their mean number)
    steps = np.abs(np.subtract.outer(np.arange(MARKERS), np.arange(MARKERS)))
    expected = np.kron(np.eye(CHROMS), np.exp(-2 * 1.5 * steps / (MARKERS - 1)))
    assert np.abs(found - expected).max() < 5.5 / np.sqrt(4000)
    noise = pd.read_table(files["traits"])["noise"]
    assert abs(noise.mean()) < 5 / np.sqrt(4000) and 0.9 < noise.std() < 1.1
