"""Hits broken base by base: against a loop over strings, and a network that is a matrix."""

import h5py
import keras
import numpy as np
import pandas as pd
import pytest
from toys import LENGTH, logit_by_loop, one_hot, random_words, turned, untrained

from chromolens.experiments.ablate import Site
from chromolens.experiments.chosen import Experiments
from chromolens.experiments.statistics import correlation
from chromolens.experiments.substitution import substitute_hits, substituted
from chromolens.genome.onehot import codes_of
from chromolens.models.model import Model
from chromolens.motifs.ppm import column_information, reverse_complement
from chromolens.scores import seal

BASES = "ACGT"
ASKED = {"task": 0, "target": "logit", "both": True}


def test_losses_are_those_of_a_loop_over_strings():
    model, (word,) = untrained(), random_words(1)
    found = substituted([model], codes_of(word), Site(0, 20, 23), ASKED)
    whole = logit_by_loop(model, [word])[0]
    for place in range(3):
        for column, base in enumerate(BASES):
            other = word[: 20 + place] + base + word[21 + place :]
            if other == word:
                assert np.isnan(found[place, column])
            else:
                expected = whole - logit_by_loop(model, [other])[0]
                assert found[place, column] == pytest.approx(expected, abs=2e-5)


PPM = np.array([
    [0.97, 0.01, 0.01, 0.01], [0.1, 0.7, 0.1, 0.1], [0.25, 0.25, 0.3, 0.2],
    [0.01, 0.01, 0.01, 0.97], [0.4, 0.1, 0.4, 0.1],
])  # fmt: skip
"""A motif that is not its own reverse complement."""


def matrix_network() -> Model:
    """Logit: the sum of log2(p / 0.25) at places 10 to 14 of the input, plus the same for the
    other strand, which lies at places 40 to 44."""
    inputs = keras.Input((LENGTH, 4))
    dense = keras.layers.Dense(1, activation="sigmoid")
    network = keras.Model(inputs, dense(keras.layers.Flatten()(inputs)))
    weights = np.zeros((LENGTH, 4), np.float32)
    weights[10:15] = np.log2(PPM / 0.25)
    weights[40:45] = np.log2(reverse_complement(PPM) / 0.25)
    dense.set_weights([weights.reshape(-1, 1), np.zeros(1, np.float32)])
    return Model.of(network, ["bound"])


@pytest.fixture
def explained(tmp_path):
    """Windows on c:0 and d:0; sites of the motif drawn from it, on + at 10, on - at 40."""
    rng = np.random.default_rng(0)
    words = random_words(40)
    for row, word in enumerate(words):
        for start, back in ((10, False), (40, True)):
            site = "".join(rng.choice(list(BASES), p=column) for column in PPM)
            site = turned(site) if back else site
            word = word[:start] + site + word[start + 5 :]
        words[row] = word
    words[0] = words[0][:12] + "N" + words[0][13:]
    path = tmp_path / "windows.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("bound")
        names = [f"c{row}:0-{LENGTH}" for row in range(40)]
        group.create_dataset("id", data=names, dtype=h5py.string_dtype())
        group.create_dataset("fold", data=["fold0"] * 40, dtype=h5py.string_dtype())
        group["onehot"] = one_hot(words).astype("int8")
    seal(path)
    return str(path), words


def hits(name: str = "one") -> pd.DataFrame:
    rows = [
        (f"c{row}", start, start + 5, strand)
        for row in range(40)
        for start, strand in ((10, "+"), (40, "-"))
    ]
    table = pd.DataFrame(rows, columns=["chrom", "start", "end", "strand"])
    return table.assign(motif=name, name=name.upper(), over=".", fold="fold9")


def test_a_network_that_is_a_matrix_loses_as_the_matrix_says(explained):
    path, words = explained
    models, options = {"fold0": [matrix_network()]}, {"task": "bound", "target": "logit"}
    table, told = substitute_hits(
        models, path, hits(), {"one": PPM}, Experiments(), **options, both=False, seed=0
    )
    row = told.iloc[0]
    # one site holds an N
    assert (row["motif"], row["name"], row["found"], row["hits"]) == ("one", "ONE", 80, 79)
    weights = np.log2(PPM / 0.25)
    sites = [word[10:15] for word in words] + [turned(word[40:45]) for word in words]
    for place in range(5):
        own = np.array([weights[place, BASES.index(site[place])] for site in sites[1:]])
        for column, base in enumerate(BASES):
            other = np.array([site[place] != base for site in sites[1:]])
            expected = (own - weights[place, column])[other].mean()
            assert table[base][place] == pytest.approx(expected, abs=1e-4)
        others = (4 * own - weights[place].sum()) / 3
        assert table["loss"][place] == pytest.approx(others.mean(), abs=1e-4)
        assert table["low"][place] <= table["loss"][place] <= table["high"][place]
    r = np.corrcoef(table["loss"], column_information(PPM))[0, 1]
    assert row["r"] == pytest.approx(r, abs=1e-9) and r > 0.9
    assert row["r_low"] < row["r"] < row["r_high"]


def test_on_the_wrong_strand_it_would_not():
    # the test above can fail: read backwards, the losses don't follow the matrix
    weights = np.log2(PPM / 0.25)
    best = weights.max(axis=1)
    losses = (4 * best - weights.sum(axis=1)) / 3
    assert np.corrcoef(losses[::-1], column_information(PPM))[0, 1] < 0.9


def test_without_sites_in_windows(explained):
    elsewhere = hits().assign(chrom="z")
    options = {"task": "bound", "target": "logit", "both": True, "seed": 0}
    table, told = substitute_hits(
        {}, explained[0], elsewhere, {"one": PPM}, Experiments(), **options
    )
    assert told["hits"].tolist() == [0] and np.isnan(told["r"][0])
    assert len(table) == 5 and table[["loss", "A"]].isna().all(axis=None)
    table, told = substitute_hits({}, explained[0], hits()[:0], {}, Experiments(), **options)
    assert not len(table) and not len(told)


def test_a_correlation_is_that_of_numpy():
    rng = np.random.default_rng(3)
    x, values = rng.normal(size=8), rng.normal(size=(50, 8))
    values += x
    found = correlation(values, x, 0)
    assert found[0] == pytest.approx(np.corrcoef(values.mean(axis=0), x)[0, 1], rel=1e-9)
    again = [
        np.corrcoef(values[rng.integers(50, size=50)].mean(axis=0), x)[0, 1] for _ in range(2000)
    ]
    assert found[1:] == pytest.approx(np.quantile(again, (0.025, 0.975)), abs=0.01)
    assert np.isnan(correlation(values, np.ones(8), 0)[0])
    assert np.isnan(correlation(values[:0], x, 0)).all()
    assert np.isnan(correlation(values[:1], x, 0)[1:]).all()
