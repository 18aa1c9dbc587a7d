"""Jobs on markers: summed up as NumPy does, in the order of the network's inputs."""

import h5py
import numpy as np
import pandas as pd
import pytest

from chromolens import scores, tables
from chromolens.inputs.folds import Folds
from chromolens.inputs.genotypes.calls import Genotypes
from chromolens.inputs.genotypes.store import write
from chromolens.inputs.genotypes.windows import Samples
from chromolens.inputs.windows import Tally
from chromolens.markers.job import judge, summarise
from chromolens.markers.trait import scan_trait
from chromolens.tables.inputs import COVARIATES
from tests.markers.made import markers_of

SAMPLES, CHROMS = 90, ["a"] * 12 + ["b"] * 8 + ["c"] * 10
LOCI = pd.DataFrame(columns=["trait", "chrom", "position"])
RUN = {"model": "m", "task": "t", "method": "x"}


@pytest.fixture
def stored(tmp_path):
    """Windows and path of a store; the trait follows marker 14, and a little marker 3."""
    rng = np.random.default_rng(0)
    dosage = rng.integers(0, 3, (SAMPLES, len(CHROMS))).astype(np.int8)
    ids = np.array([f"s{i}" for i in range(SAMPLES)], dtype=object)
    markers = pd.DataFrame({"marker": [f"m{i}" for i in range(len(CHROMS))], "chrom": CHROMS})
    markers = markers.assign(position=10 * np.arange(len(CHROMS)) + 10, ref="", alt="")
    genotypes = Genotypes(ids, ids, markers, dosage, 2, Tally(), {})
    path = tmp_path / "genotypes.h5"
    write(path, genotypes, np.arange(SAMPLES), np.arange(len(CHROMS)))
    tables.write(COVARIATES, pd.DataFrame({"id": ids}), tmp_path / "covariates.tsv.gz")
    trait = dosage[:, 14] + 0.3 * dosage[:, 3] + rng.normal(0, 0.3, SAMPLES)
    windows = pd.DataFrame({"id": ids, "group": [f"part{i % 3}" for i in range(SAMPLES)]})
    windows = windows.assign(row=np.arange(SAMPLES), role="positive", source="t", t=trait)
    return windows, path, dosage


def records(path, ids, contributions):
    with h5py.File(path, "w") as file:
        scores.create(
            file,
            [array for array in scores.EXPORT if array.name in ("id", "contributions")],
            {"window": len(ids), "position": contributions.shape[1]},
        )
        file["id"][:] = ids
        file["contributions"][:] = contributions
    scores.seal(path)
    return path


@pytest.mark.parametrize("first", [0, 12])
def test_masses_stand_in_the_order_of_the_inputs(stored, tmp_path, first):
    windows, path, dosage = stored
    order = np.roll(np.arange(len(CHROMS)), -first)
    inputs = Samples(windows.assign(first=first), path)
    contributions = (dosage - 1.0)[:, order] * np.linspace(0.5, 2, len(CHROMS))
    shuffled = np.random.default_rng(1).permutation(SAMPLES)
    file = records(tmp_path / "r.h5", windows["id"].to_numpy()[shuffled], contributions[shuffled])
    tracks = {"bigwig": tmp_path / "t.bw", "bedgraph": tmp_path / "t.bedgraph.gz"}
    found = summarise(file, inputs, **tracks)
    assert found.masses["marker"].tolist() == [f"m{i}" for i in order]
    np.testing.assert_allclose(found.masses["mass"], np.abs(contributions).mean(0), rtol=1e-6)
    np.testing.assert_allclose(found.masses["slope"], np.linspace(0.5, 2, len(CHROMS)), rtol=1e-5)
    assert found.chromosomes["chrom"].tolist() == list(dict.fromkeys(np.array(CHROMS)[order]))
    assert found.blocks["markers"].sum() == len(CHROMS)
    assert all(one.exists() for one in tracks.values())


def test_a_trait_is_scanned_on_all_samples_and_predicted_out_of_fold(stored):
    windows, path, _ = stored
    roles = ("test", "validation", "training")
    parts = {f"fold{i}": dict(zip(roles, ([f"part{(i + j) % 3}"] for j in range(3)), strict=True))
             for i in range(3)}  # fmt: skip
    found = scan_trait(Samples(windows, path), "t", Folds(parts), permutations=100, seed=0)
    assert found.scan["lod"].idxmax() == 14 and found.ridge["effect"].abs().idxmax() == 14
    row = found.summary.iloc[0]
    assert row["samples"] == SAMPLES and 0.5 < row["ridge_r2"] < 1
    assert found.scan["lod"][14] > row["threshold"] > found.scan["lod"][20]


def table_of(mass):
    markers = pd.DataFrame({"marker": [f"m{i}" for i in range(len(CHROMS))], "chrom": CHROMS})
    return markers.assign(position=np.arange(len(CHROMS)) + 1, mass=mass)


@pytest.mark.parametrize(
    ("metric", "value", "low", "category", "words"),
    [
        ("r2", -0.1, -0.2, "nothing", "R2 is -0.1 (95 %: -0.2 to 0.9): the network learned"),
        ("r2", 0.1, 0.0, "nothing", "R2 is 0.1 (95 %: 0 to 0.9): the network"),
        ("r2", float("nan"), float("nan"), "nothing", "R2 is nan (95 %: nan to 0.9): the network"),
        ("r2", 0.4, 0.3, "unjudged", "R2 is 0.4 (95 %: 0.3 to 0.9); to tell effects of the arch"),
        ("auroc", 0.6, 0.5, "nothing", "AUROC is 0.6 (95 %: 0.5 to 0.9): the network"),
        ("auroc", 0.7, 0.6, "unjudged", "AUROC is 0.7 (95 %: 0.6 to 0.9); to tell"),
    ],
)
def test_what_learned_nothing_or_has_no_nulls_is_said_to(metric, value, low, category, words):
    read = {
        "masses": table_of(np.linspace(1, 2, len(CHROMS))),
        "pooled": pd.DataFrame(
            {"task": ["t"], "metric": metric, "value": value, "low": low, "high": 0.9}
        ),
    }
    found = judge(lambda kind, **keys: read[kind], [RUN], [], LOCI)
    assert found.verdicts["category"].tolist() == [category] and not len(found.known)
    assert found.verdicts["sentence"].iloc[0].startswith(f"held-out {words}")


def test_mass_that_stays_on_the_last_inputs_is_the_networks():
    rng, markers = np.random.default_rng(3), markers_of(a=200, b=200, c=300)

    def last(order=slice(None)):
        mass = rng.random(len(markers)) * 0.01
        mass[-200:] += 1
        return markers.iloc[order].reset_index(drop=True).assign(mass=mass)

    drawn = [
        last().assign(null=kind, draw=i, task="t")
        for kind in ("untrained", "permuted")
        for i in range(1, 11)
    ]
    order = np.roll(np.arange(len(markers)), -200)  # begins with b
    drawn.append(last(order).assign(null="rotated", draw=1, task="t"))
    other = last().assign(null="rotated", draw=1, task="another")
    read = {
        "masses": last(),
        "null_masses": pd.concat([*drawn, other]),
        "pooled": pd.DataFrame(
            {"task": ["t"], "metric": "r2", "value": 0.3, "low": 0.2, "high": 0.4}
        ),
    }
    own = {"model": "m", "method": "x"}
    found = judge(lambda kind, **keys: read[kind], [RUN], [own], LOCI)
    row = found.verdicts.iloc[0]
    assert set(found.bands["null"]) == {"untrained", "permuted"}
    assert (row["model"], row["task"], row["method"]) == ("m", "t", "x")
    assert row["category"] == "network" and row["scaling"].startswith("No:")
