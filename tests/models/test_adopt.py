"""Networks that a study is given instead of training them."""

import json
import os
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

from chromolens import config
from chromolens.errors import BadInput
from chromolens.inputs.batches import open_inputs
from chromolens.inputs.folds import Folds
from chromolens.models.model import load_model
from chromolens.models.targets import target_values
from chromolens.models.training.train import train
from chromolens.planning.content import OwnFiles
from chromolens.planning.given import networks as given_networks

LENGTH = 30


@pytest.fixture(scope="module")
def inputs():
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("AAACGT"), LENGTH)) for _ in range(40)]
    frame = pd.DataFrame({"id": [f"w{i}" for i in range(40)], "sequence": texts})
    frame = frame.assign(group=["part0", "part1"] * 20, role="positive", source="x,y")
    return open_inputs(frame.assign(gc=0.4, shared=0, x=1, y=0))


def network(channels_first: bool = False, length: int = LENGTH) -> keras.Model:
    keras.utils.set_random_seed(4)
    inputs = keras.Input((4, length) if channels_first else (length, 4))
    x = layers.Permute((2, 1))(inputs) if channels_first else inputs
    x = layers.Flatten()(layers.Conv1D(3, 5, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(2, activation="sigmoid")(x))


def given(inputs, folder, source, **options):
    options = {"objective": "binary", "tasks": ["x", "y"], **options}
    history = train(
        inputs,
        architecture="cnn",
        training_groups=["part0"],
        validation_groups=["part1"],
        path=folder / "fold0.keras",
        workdir=folder / "unfinished",
        notes={"fold": "fold0", "replicate": "0"},
        given=source,
        **options,
    )
    assert len(history) == 0 and {"loss", "val_loss"} <= set(history)
    return load_model(folder / "fold0.keras")


@pytest.mark.parametrize("name", ["theirs.keras", "theirs.h5"])
def test_a_given_network_takes_the_place_of_a_trained_one(inputs, tmp_path, name):
    theirs = network(channels_first=True)
    theirs.save(tmp_path / name)
    layout = {"axes": "channels_length", "channels": "TGCA"}
    model = given(inputs, tmp_path, tmp_path / name, layout=layout)
    x = inputs.arrays(np.arange(5))
    expected = np.asarray(theirs(x[..., ::-1].transpose(0, 2, 1)))
    np.testing.assert_allclose(model.network(x), expected, atol=1e-6)
    assert model.tasks == ["x", "y"] and model.facts["fold"] == "fold0"
    letters = "".join(inputs.windows["sequence"][::2])
    shares = [letters.count(base) / len(letters) for base in "ACGT"]
    np.testing.assert_allclose(model.background, shares)


def test_a_network_in_two_files_and_a_background_that_is_known(inputs, tmp_path):
    theirs = network()
    (tmp_path / "their_layers.json").write_text(theirs.to_json())
    theirs.save_weights(tmp_path / "their.weights.h5")
    files = [tmp_path / "their_layers.json", tmp_path / "their.weights.h5"]
    model = given(inputs, tmp_path, files, background=[0.3, 0.2, 0.1, 0.4])
    x = inputs.arrays(np.arange(5))
    np.testing.assert_allclose(model.network(x), theirs(x), atol=1e-6)
    assert model.background == [0.3, 0.2, 0.1, 0.4]


def test_what_was_declared_to_be_a_logit_stays_one(inputs, tmp_path):
    """A hard sigmoid has no logit that can be seen: the study's layout says it is one."""
    theirs = network()
    theirs = keras.Model(theirs.input, layers.Dense(2, "hard_sigmoid", name="own")(theirs.output))
    theirs.save(tmp_path / "theirs.keras")
    layout = {"outputs": {"own": "logits"}}
    assert given(inputs, tmp_path, tmp_path / "theirs.keras", layout={}).unclear
    model = given(inputs, tmp_path, tmp_path / "theirs.keras", layout=layout)
    x = inputs.arrays(np.arange(5))
    assert not model.unclear
    np.testing.assert_allclose(
        target_values(model, x, tasks=["y"])[:, 0], theirs(x)[:, 1], atol=1e-6
    )


def test_a_given_profile_network_is_named_like_those_trained_here(inputs, tmp_path):
    keras.utils.set_random_seed(4)
    start = keras.Input((LENGTH, 4))
    x = layers.Conv1D(3, 5, activation="relu", padding="same")(start)
    flat = layers.Flatten(name="logits_profile")(layers.Conv1D(1, 3)(x))
    counts = layers.Dense(1, name="logcounts")(layers.GlobalAveragePooling1D()(x))
    theirs = keras.Model(start, [flat, counts])
    theirs.save(tmp_path / "theirs.keras")
    options = {
        "objective": "profile",
        "tasks": ["x"],
        "layout": {"outputs": {"logits_profile": "profile"}},
    }
    model = given(inputs, tmp_path, tmp_path / "theirs.keras", **options)
    assert model.tasks == ["profile_x", "counts_x"]
    ours = model.network(inputs.arrays(np.arange(3)))
    expected = theirs(inputs.arrays(np.arange(3)))
    np.testing.assert_allclose(ours[0][..., 0], expected[0], atol=1e-6)
    np.testing.assert_allclose(ours[1], expected[1], atol=1e-6)
    with pytest.raises(BadInput, match="a profile and log counts for each of x, y"):
        given(inputs, tmp_path, tmp_path / "theirs.keras", **options | {"tasks": ["x", "y"]})


def test_networks_that_do_not_fit_the_study(inputs, tmp_path):
    network(length=20).save(tmp_path / "short.keras")
    with pytest.raises(BadInput, match="(?s)reads 20 bp.*inputs.window"):
        given(inputs, tmp_path, tmp_path / "short.keras")
    network().save(tmp_path / "two.keras")
    with pytest.raises(BadInput, match="one column for each of x"):
        given(inputs, tmp_path, tmp_path / "two.keras", tasks=["x"])


def test_a_given_network_gives_the_answers_that_are_known(inputs, tmp_path):
    theirs = network()
    theirs.save(tmp_path / "theirs.keras")
    text = inputs.windows["sequence"].iloc[0]
    known = np.asarray(theirs(inputs.arrays(np.arange(1))))[0].tolist()
    answers = tmp_path / "answers.json"
    name = theirs.output_names[0]

    def state(numbers):
        own = [{"sequence": text, "outputs": {name: numbers}}]
        answers.write_text(json.dumps({"fold0": own, "fold1": []}))

    state(known)
    given(inputs, tmp_path, tmp_path / "theirs.keras", answers=[str(answers)])
    state([known[0], 1 - known[1]])
    with pytest.raises(BadInput, match="answers are not those of .*answers.json"):
        given(inputs, tmp_path, tmp_path / "theirs.keras", answers=[str(answers)])


def study(**model: object) -> dict:
    source = {"table": "t.tsv"}
    text = {"study": "s", "inputs": {"kind": "sequences", "sequences": [source]}}
    return config.complete(text | {"models": {"main": model, "other": {}}}, [])


FOLDS = Folds({f"fold{i}": {"test": [f"part{i}"]} for i in range(3)})


def networks(folder: Path, **model: object) -> dict:
    own = OwnFiles([f"{folder}/down"], str, folder / "known.json")
    return given_networks(study(**model), FOLDS, f"{folder}/down", own)


def test_files_of_folds(tmp_path):
    one = networks(tmp_path, file="m.h5")
    nothing = {"answers": [], "digests": {}}
    assert one["main"] == {f"fold{i}": {"files": ["m.h5"], **nothing} for i in range(3)}
    assert one["other"] == {f"fold{i}": {"files": [], **nothing} for i in range(3)}
    files = ["a.h5", {"url": "https://h/b.h5"}, "c.keras"]
    three = networks(tmp_path, file=files)
    assert [three["main"][f"fold{i}"]["files"] for i in range(3)] == [
        ["a.h5"],
        [f"{tmp_path}/down/h/b.h5"],
        ["c.keras"],
    ]
    pair = {"architecture": "a.json", "weights": {"url": "https://h/w.h5"}}
    (tmp_path / "a.json").write_text("{}")
    found = networks(tmp_path, file=pair | {"architecture": f"{tmp_path}/a.json"})["main"]
    assert found["fold1"]["files"] == [f"{tmp_path}/a.json", f"{tmp_path}/down/h/w.h5"]
    assert list(found["fold1"]["digests"]) == [f"{tmp_path}/a.json"]
    with pytest.raises(BadInput, match="2 files for 3 folds"):
        networks(tmp_path, file=["a.h5", "b.h5"])
    with pytest.raises(BadInput, match="isn't trained"):
        networks(tmp_path, file="m.h5", labels="permuted")
    assert json.dumps(study(layout={"channels": "AGCT"})["models"]["main"]["layout"])


def digests(folder: Path, file: Path) -> dict:
    return networks(folder, file=str(file))["main"]["fold1"]["digests"]


@pytest.mark.parametrize("name", ["weights.h5", "saved/variables/variables.data"])
def test_a_given_network_is_known_by_its_content(tmp_path, name):
    file = tmp_path / name
    given = file if file.suffix == ".h5" else tmp_path / "saved"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"weights")
    first = digests(tmp_path, given)
    assert list(first) == [str(given)]
    copied = tmp_path / "copy"
    copied.write_bytes(file.read_bytes())
    os.replace(copied, file)  # another inode, a new time
    assert digests(tmp_path, given) == first
    file.write_bytes(b"weighty")
    assert digests(tmp_path, given) != first
    file.write_bytes(b"weights")
    assert digests(tmp_path, given) == first
    # the architecture of weights, or a sidecar
    given.with_suffix(".json").write_text("{}")
    assert set(digests(tmp_path, given)) == {str(given), str(given.with_suffix(".json"))}
