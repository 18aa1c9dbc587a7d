"""Networks that take DNA in another order: the same network, in our order, answers the same."""

import json

import keras
import numpy as np
import pytest
from keras import layers

from chromolens.attribution.front import attribute
from chromolens.errors import BadInput
from chromolens.models.model import Model, load_model
from chromolens.models.targets import target_values

LENGTH, ORDER = 20, "AGCT"
TAKEN = ["ACGT".index(base) for base in ORDER]
COMPLEMENT = {"A": "T", "C": "G", "G": "C", "T": "A"}
TEXT = ["".join(np.random.default_rng(i).choice(list("ACGT"), LENGTH)) for i in range(6)]


def onehot(texts: list[str], order: str = "ACGT") -> np.ndarray:
    """By loops: float32 (n, length, 4)."""
    rows = [[[float(base == letter) for letter in order] for base in text] for text in texts]
    return np.array(rows, np.float32)


def ours(tasks: int = 2) -> keras.Model:
    """Takes (n, length, channels in ORDER); convolution, maximum, dense."""
    keras.utils.set_random_seed(1)
    inputs = keras.Input((LENGTH, 4))
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(6, 5, activation="relu")(inputs))
    return keras.Model(inputs, layers.Dense(tasks, activation="sigmoid", name="out")(x))


def behind(core: keras.Model, *before: keras.layers.Layer) -> keras.Model:
    """``core`` that takes what ``before`` brings into its order."""
    shape = {1: (4, LENGTH), 2: (1, LENGTH, 4)}[len(before)]
    inputs = x = keras.Input(shape if len(before) == 1 else (1, 4, LENGTH))
    for layer in before:
        x = layer(x)
    return keras.Model(inputs, core(x))


TURNED = {
    "length_channels": ((), lambda x: x),
    "channels_length": ((layers.Permute((2, 1)),), lambda x: x.transpose(0, 2, 1)),
    "1_channels_length": (
        (layers.Reshape((4, LENGTH)), layers.Permute((2, 1))),
        lambda x: x.transpose(0, 2, 1)[:, None],
    ),
}


@pytest.mark.parametrize("axes", TURNED)
def test_orders_of_axes_and_bases(axes):
    before, turn = TURNED[axes]
    theirs = behind(ours(), *before) if before else ours()
    model = Model.of(theirs, layout={"axes": axes, "channels": ORDER})
    assert (model.length, model.channels) == (LENGTH, 4)
    expected = np.asarray(theirs(turn(onehot(TEXT, ORDER))))
    np.testing.assert_allclose(model.network(onehot(TEXT)), expected, atol=1e-6)
    np.testing.assert_allclose(
        target_values(model, onehot(TEXT), tasks=[1])[:, 0],
        np.log(expected / (1 - expected))[:, 1],
        atol=1e-5,
    )


@pytest.mark.parametrize("method", ["deeplift_rescale", "gradient_x_input"])
def test_contributions_are_those_of_the_network_in_its_own_order(method):
    options = {"method": method, "references": "uniform", "task": 1}
    theirs = Model.of(ours())
    expected = attribute(theirs, onehot(TEXT, ORDER), **options)
    core = behind(ours(), *TURNED["1_channels_length"][0])
    model = Model.of(core, layout={"axes": "1_channels_length", "channels": ORDER})
    found = attribute(model, onehot(TEXT), **options)
    np.testing.assert_allclose(found.contributions, expected.contributions, atol=1e-6)
    back = [ORDER.index(base) for base in "ACGT"]
    np.testing.assert_allclose(found.hypothetical, expected.hypothetical[..., back], atol=1e-6)


def two_strands() -> keras.Model:
    keras.utils.set_random_seed(2)
    forward, reverse, control = (
        keras.Input((LENGTH, 4)),
        keras.Input((LENGTH, 4)),
        keras.Input((3,)),
    )
    tower = keras.Sequential([layers.Conv1D(4, 5, activation="relu"), layers.Flatten()])
    x = layers.Concatenate()([tower(forward), layers.Dense(9)(tower(reverse)), control])
    return keras.Model([forward, reverse, control], layers.Dense(1)(x))


def test_both_strands_and_an_empty_control():
    network = two_strands()
    words = ["sequence", "reverse_complement", "zeros"]
    model = Model.of(network, layout={"inputs": words, "channels": ORDER})
    turned = ["".join(COMPLEMENT[base] for base in reversed(text)) for text in TEXT]
    theirs = [onehot(TEXT, ORDER), onehot(turned, ORDER), np.zeros((len(TEXT), 3), np.float32)]
    expected = np.asarray(network(theirs))[:, 0]
    found = attribute(model, onehot(TEXT), method="deeplift_rescale", references="zeros")
    np.testing.assert_allclose(found.values, expected, atol=1e-5)
    np.testing.assert_allclose(found.completeness_error, 0, atol=1e-5)
    with pytest.raises(BadInput, match="(?s)inputs are.*reverse_complement"):
        Model.of(network)


@pytest.mark.parametrize("last", [None, "softmax"])
def test_a_flat_profile_beside_log_counts(last):
    keras.utils.set_random_seed(3)
    inputs = keras.Input((LENGTH, 4))
    x = layers.Conv1D(4, 5, activation="relu", padding="same")(inputs)
    shape = layers.Flatten(name="profile")(layers.Conv1D(1, 3)(layers.Cropping1D(2)(x)))
    shape = layers.Activation(last, name="p")(shape) if last else shape
    counts = layers.Dense(1, name="log_counts")(layers.GlobalAveragePooling1D()(x))
    name = "p" if last else "profile"
    model = Model.of(keras.Model(inputs, [shape, counts]), layout={"outputs": {name: "profile"}})
    assert model.tasks == [f"profile_{name}", "log_counts/0"]
    logits = np.float64(keras.Model(inputs, shape)(onehot(TEXT)))
    logits = np.log(logits) if last else logits
    weights = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = (weights * (logits - logits.mean(axis=1, keepdims=True))).sum(axis=1)
    found = attribute(model, onehot(TEXT), task=name, method="deeplift_rescale")
    np.testing.assert_allclose(found.values, expected, atol=1e-5)
    np.testing.assert_allclose(found.completeness_error, 0, atol=1e-5)


def known(network: keras.Model, texts: list[str]) -> list[dict]:
    answers = np.asarray(network(onehot(texts, ORDER)))
    return [
        {"sequence": text, "outputs": {"out": row.tolist()}}
        for text, row in zip(texts, answers, strict=True)
    ]


def test_known_answers_find_the_order_of_the_bases():
    network = ours()
    check = known(network, TEXT[:2])
    Model.of(network, layout={"channels": ORDER, "check": check})
    with pytest.raises(BadInput, match="(?s)are not those.*expected: channels AGCT"):
        Model.of(network, layout={"check": check})
    with pytest.raises(BadInput, match="another layout or model"):
        check[0]["outputs"]["out"][0] += 0.01
        Model.of(network, layout={"channels": ORDER, "check": check})


def test_known_answers_must_tell_the_orders_apart():
    network = ours()
    check = known(network, ["A" * LENGTH])
    with pytest.raises(BadInput, match="(?s)can't tell.*AGCT"):
        Model.of(network, layout={"channels": ORDER, "check": check})


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"sequence": "A" * LENGTH}, "keys are sequence"),
        ({"sequence": "ACGT", "outputs": {"out": [0.1, 0.2]}}, "has 4 bases"),
        ({"sequence": "A" * LENGTH, "outputs": {"out": [0.1]}}, "1 numbers for output 'out'"),
        ({"sequence": "A" * LENGTH, "outputs": {"in": [0.1, 0.2]}}, "(?s)'in'.*out: 2.*entry 1"),
    ],
)
def test_known_answers_that_do_not_fit(known, message):
    with pytest.raises(BadInput, match=message):
        Model.of(ours(), layout={"check": [known]})


def test_layouts_in_the_sidecar(tmp_path):
    ours().save(tmp_path / "m.keras")
    (tmp_path / "m.json").write_text(json.dumps({"layout": {"channels": ORDER}}))
    model = load_model(tmp_path / "m.keras")
    expected = ours()(onehot(TEXT, ORDER))
    np.testing.assert_allclose(model.network(onehot(TEXT)), expected, atol=1e-6)
    unturned = load_model(tmp_path / "m.keras", layout="length_channels")
    np.testing.assert_allclose(unturned.network(onehot(TEXT, ORDER)), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("length_bases", "not supported"),
        ("channels_length", "layout='length_channels'"),
        ({"chanels": "AGCT"}, "did you mean 'channels'"),
        ({"channels": "ACGU"}, "letters of ACGT"),
        ({"inputs": ["sequence", "zeros"]}, "inputs are"),
        ({"inputs": ["both"]}, "one of sequence"),
        ({"outputs": {"ou": "profile"}}, "did you mean 'out'"),
        ({"outputs": {"out": "counts"}}, "one of profile"),
    ],
)
def test_bad_layouts(layout, message):
    with pytest.raises(BadInput, match=message):
        Model.of(ours(), layout=layout)


def test_turned_axes_are_noticed():
    theirs = behind(ours(), *TURNED["channels_length"][0])
    with pytest.raises(BadInput, match="layout='channels_length'"):
        Model.of(theirs)
