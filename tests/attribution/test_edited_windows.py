"""A study's windows, edited: each by the model of its own fold, in every way that is asked for."""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from chromolens import tables
from chromolens.attribution.edited_windows import edit_windows
from chromolens.attribution.editing import edit
from chromolens.errors import BadInput
from chromolens.genome.onehot import decode, encode
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models.model import Model
from chromolens.tables.edits import EDIT_SCORES, EDITS
from chromolens.tables.inputs import CHOSEN
from tests.attribution.networks import randomised, sequences

FOLDS = Folds(
    {
        "fold0": {"test": ["part0"], "training": ["part1"]},
        "fold1": {"test": ["part1"], "training": ["part0"]},
    }
)
DEFAULT = {
    "mode": "counterfactual", "directions": ["up", "down"], "by": "", "settings": {},
    "references": "", "target": "", "edits": 2, "beam": 1, "distance": 1, "protected": [],
    "tasks": [], "windows": 2, "ids": [],
}  # fmt: skip


@pytest.fixture(scope="module")
def study():
    models = {}
    for seed in (0, 1):
        read = keras.Input((9, 4))
        x = layers.Dense(3, activation="tanh")(layers.Flatten()(read))
        network = randomised(keras.Model(read, layers.Dense(2, activation="sigmoid")(x)), seed)
        models[f"fold{seed}"] = Model.of(network, tasks=["a", "b"])
    texts = [decode(one) for one in sequences(6, 9)]
    columns = {"id": [f"w{row}" for row in range(6)], "group": ["part0", "part1"] * 3}
    columns |= {"sequence": texts, "role": "positive", "source": "a", "gc": 0.5, "a": 1, "b": 0}
    chosen = [("explain", "a", f"w{row}") for row in (4, 1, 0)] + [("sis", "a", "w5")]
    return models, open_inputs(pd.DataFrame(columns)), pd.DataFrame(chosen, columns=CHOSEN.names)


def test_each_by_its_own_fold_and_as_the_front_door_does(study, tmp_path):
    models, inputs, chosen = study
    edits, scores = edit_windows(models, inputs, chosen, FOLDS, task="a", edits={"e": DEFAULT})
    assert set(zip(edits["id"], edits["fold"], strict=True)) == {("w4", "fold0"), ("w1", "fold1")}
    for (name, fold, direction), own in edits.groupby(["id", "fold", "direction"]):
        text = inputs.windows.set_index("id").loc[name, "sequence"]
        asked = {"task": "a", "direction": direction, "edits": 2}
        (found,) = edit(models[fold], encode(text)[None], **asked)
        assert own["sequence"].tolist() == found.sequences
        assert own["prediction"].tolist() == found.trace["prediction"].tolist()
        table = scores[scores["id"] == name]
        np.testing.assert_array_equal(table[list("ACGT")], found.scores)
        assert "".join(table["base"]) == text
    for table, frame in ((EDITS, edits), (EDIT_SCORES, scores)):
        tables.write(table, frame, tmp_path / "t.tsv.gz", model="m", task="a")
        assert len(tables.read(table, tmp_path / "t.tsv.gz")) == len(frame)


def test_windows_by_name_for_a_task_that_they_need_not_have(study):
    models, inputs, chosen = study
    ways = {
        "named": DEFAULT | {"ids": ["w5", "w2"], "directions": ["up"]},
        "other": DEFAULT | {"tasks": ["a"]},
        "published": DEFAULT | {"mode": "vignette", "ids": ["w5"], "edits": 3},
    }
    edits, _ = edit_windows(models, inputs, chosen, FOLDS, task="b", edits=ways)
    assert set(edits["edit"]) == {"named", "published"}
    assert set(edits.loc[edits["edit"] == "named", "id"]) == {"w5", "w2"}
    assert edits[edits["edit"] == "published"].groupby("direction").size().tolist() == [4, 4]
    with pytest.raises(BadInput, match=r"'w9'(.|\n)*edit.named.ids"):
        named = {"named": DEFAULT | {"ids": ["w9"]}}
        edit_windows(models, inputs, chosen, FOLDS, task="b", edits=named)
