"""The table of a study's views, and the section that shows it, of a network known in full."""

from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from chromolens import tables
from chromolens.genome.onehot import encode
from chromolens.models.model import Model
from chromolens.report.sections import views as section
from chromolens.tables.views import VIEWS
from chromolens.views.study import Views, views_of

WORD, LENGTH = "TGACT", 14
SEQUENCES = ["AAAATGACTAAAAA", "CCCCCCCCCCCCCC", "GGGGGGGGGTGACT", "ACGTACGTACGTAC"]


@pytest.fixture(scope="module")
def table():
    """One filter spells ``WORD``; its best match is the logit."""
    inputs = keras.Input((LENGTH, 4))
    x = layers.Conv1D(1, len(WORD), activation="relu", use_bias=False, name="conv")(inputs)
    x = layers.Dense(1, name="logit")(layers.GlobalMaxPooling1D(name="best")(x))
    network = keras.Model(inputs, x)
    network.get_layer("conv").set_weights([encode(WORD)[..., None]])
    network.get_layer("logit").set_weights([np.ones((1, 1)), np.zeros(1)])
    onehot = np.stack([encode(sequence) for sequence in SEQUENCES]).astype(np.float32)
    windows = pd.DataFrame({"id": list("abcd")})
    made = SimpleNamespace(arrays=lambda rows: onehot[rows], windows=windows, length=LENGTH)
    asked = Views(["conv/0", "best/0"], windows=2, starts=2, steps=60, chains=4, changes=400)
    rows = {"bound": np.array([0, 1, 2])}
    return views_of(Model.of(network, ["bound"]), made, rows, asked, seed=1)


def test_each_view_has_a_row_per_rank_and_position(table):
    sizes = table.groupby(["view", "of"], sort=False).size().to_dict()
    assert sizes == {
        **{("ascent", "bound"): 2 * LENGTH, ("unit", "conv/0"): 2 * LENGTH},
        **{("unit", "best/0"): 2 * LENGTH, ("entropy", "bound"): 2 * LENGTH},
    }


def test_units_show_the_windows_with_the_word_and_where_it_is(table):
    unit = table[table["of"] == "conv/0"]
    assert unit.groupby("rank")["id"].first().tolist() == ["a", "c"]
    assert (unit["value"] == len(WORD)).all()
    shown = unit.groupby("id")
    assert shown["base"].sum().tolist() == [SEQUENCES[0], SEQUENCES[2]]
    # the middle of the word's five bases
    peaks = {name: np.nanargmax(own["height"]) for name, own in shown}
    assert peaks == {"a": 6, "c": 11}
    # no position of the layer has its middle in the first and last two bases
    first = unit[unit["rank"] == 0]["height"].isna().to_numpy()
    assert first.tolist() == [True] * 2 + [False] * (LENGTH - 4) + [True] * 2
    assert table.loc[table["of"] == "best/0", "height"].isna().all()


def test_entropy_holds_on_to_the_word(table):
    own = table[(table["view"] == "entropy") & (table["id"] == "a")]
    height, word = own["height"].to_numpy(), np.arange(LENGTH)
    inside = (word >= 4) & (word < 9)
    assert height[inside].min() > height[~inside].max()
    np.testing.assert_allclose(own[list("ACGT")].sum(axis=1), 1, atol=1e-5)


def test_the_section_draws_every_rank(table, tmp_path):
    path = tmp_path / "m.tsv.gz"
    tables.write(VIEWS, table, path, model="m")
    groups = section.context(SimpleNamespace(views={("m",): path}))["groups"]
    assert [group["view"] for group in groups] == ["ascent", "unit", "entropy"]
    units = groups[1]["panels"]
    assert [panel["of"] for panel in units] == ["conv/0", "best/0"]
    titles = [title for title, _ in units[0]["drawn"]]
    assert titles == ["a: 5", "c: 5"]
    drawings = [drawing for panel in units for _, drawing in panel["drawn"]]
    assert [drawing.count("curve validation") for drawing in drawings] == [1, 1, 0, 0]
    assert all(drawing.count("<use") == LENGTH for drawing in drawings)
