"""Both alleles explained: on an additive network, whose contributions are known."""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from chromolens import tables
from chromolens.models.model import Model
from chromolens.tables.variants import ALLELES, VARIANTS
from chromolens.tracks.method import Method
from chromolens.variants import letters
from chromolens.variants.letters import explain_variants
from tests.attribution.networks import randomised
from tests.partial_tables import filled
from tests.variants.alleles import WINDOW, mutated, sequences, write_genome


@pytest.fixture(scope="module")
def network():
    read = keras.Input((WINDOW, 4))
    return randomised(keras.Model(read, layers.Dense(2)(layers.Flatten()(read))))


@pytest.fixture(scope="module")
def genome(tmp_path_factory):
    with write_genome(tmp_path_factory.mktemp("genome")) as opened:
        yield opened


def variants():
    text = sequences()["a"]
    rows = pd.DataFrame({
        "variant": ["a:101:?:?", "a:151:?:?", "a:201:?:?"], "start": [100, 150, 200],
        "removed": [text[100], text[150:153], ""], "added": ["T", "", "GG"],
        "q": [0.5, 0.01, 0.01], "effect": [9.0, -1.0, 2.0],
    })  # fmt: skip
    rows.loc[0, "added"] = "T" if text[100] != "T" else "A"
    return filled(VARIANTS, rows.assign(chrom="a", fold="fold0", task="y", kind="k", model="m"))


def test_the_clearest_are_told_base_by_base(genome, network, monkeypatch, tmp_path):
    monkeypatch.setattr(letters, "REACH", 12)
    method = Method("deeplift_rescale", ["net_x", "net_y"], references="uniform")
    found = explain_variants(
        {"fold0": [Model.of(network, ["net_x", "net_y"])]},
        genome,
        variants(),
        method=method,
        labels={"net_x": "x", "net_y": "y"},
        window=WINDOW,
        most=2,
    )
    assert found["variant"].unique().tolist() == ["a:201:?:?", "a:151:?:?"]
    weights = network.get_weights()[0][:, 1].reshape(WINDOW, 4)
    centred = weights - weights.mean(axis=1, keepdims=True)
    for row in variants().itertuples():
        text = sequences()["a"]
        whole = {
            "reference": text,
            "alternative": mutated(text, row.start + 1, row.removed, row.added),
        }
        for allele, own in found[found["variant"] == row.variant].groupby("allele"):
            window = whole[allele][row.start - WINDOW // 2 :][:WINDOW]
            places = own["position"].to_numpy() + WINDOW // 2
            assert places.tolist() == list(range(8, 33))
            assert "".join(own["base"]) == window[8:33]
            values = centred[places, ["ACGT".index(base) for base in own["base"]]]
            np.testing.assert_allclose(own["contribution"], values, atol=1e-5)
    tables.write(ALLELES, found, tmp_path / "t.tsv", model="m")
    assert len(tables.read(ALLELES, tmp_path / "t.tsv")) == 2 * 2 * 25
