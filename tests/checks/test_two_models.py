"""Two networks compared whose reasons are known: one reads a word, the other either of two."""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers

import chromolens
from chromolens.checks import agreement
from chromolens.errors import BadInput
from chromolens.genome.onehot import encode
from chromolens.models.model import Model
from chromolens.tables.sis import ALIKE, EXCHANGED, JOINT

WORDS = {"first": "GATTACA", "second": "CCGGTCC"}
LENGTH, BOTH, ONE, NONE = 30, 8, 4, 4
"""Windows with the word that both read, with the one that only ``b`` reads, and with neither."""


def reader(words: list[str], height: float) -> Model:
    """``height`` where one of ``words`` stands whole, a quarter with a base masked, 0 without."""
    inputs = keras.Input((LENGTH, 4))
    found = layers.Conv1D(len(words), 7, activation="relu")
    values = layers.GlobalMaxPooling1D()(found(inputs))
    dense = layers.Dense(1)
    network = keras.Model(inputs, dense(values))
    found.set_weights([np.stack([encode(word) for word in words], -1), np.full(len(words), -6.0)])
    dense.set_weights([np.full((len(words), 1), height), np.zeros(1)])
    return Model.of(network, ["bound"])


@pytest.fixture(scope="module")
def models():
    return {"a": reader([WORDS["first"]], 1), "b": reader(list(WORDS.values()), 10)}


@pytest.fixture(scope="module")
def windows():
    rng = np.random.default_rng(0)
    words = [WORDS["first"]] * BOTH + [WORDS["second"]] * ONE + [""] * NONE
    texts = []
    for row, word in enumerate(words):
        text = "".join(rng.choice(list("ACGT"), LENGTH))
        at = 5 + row % 9
        texts.append(text[:at] + word + text[at + len(word) :])
    assert all(sum(word in text for word in WORDS.values()) <= 1 for text in texts)
    return np.stack([encode(text) for text in texts])


@pytest.fixture(scope="module")
def compared(models, windows):
    return chromolens.compare_models(
        models, windows, threshold={"a": 0.5, "b": 5.0}, min_members=3
    )


def test_subsets_are_the_words_that_each_reads(compared):
    assert repr(compared) == f"<Comparison: subsets {BOTH} of a, {BOTH + ONE} of b>"
    assert set(compared.subsets["a"]["string"]) == {WORDS["first"]}
    assert compared.subsets["b"]["string"].value_counts().to_dict() == {
        WORDS["first"]: BOTH,
        WORDS["second"]: ONE,
    }


def test_each_subset_is_read_by_both(compared):
    assert list(compared.exchanged) == EXCHANGED.names
    reached = compared.exchanged.groupby(["finder", "reader"])["reaches"].agg(["sum", "size"])
    assert reached.to_dict("index") == {
        ("a", "a"): {"sum": BOTH, "size": BOTH},
        ("a", "b"): {"sum": BOTH, "size": BOTH},
        ("b", "a"): {"sum": BOTH, "size": BOTH + ONE},
        ("b", "b"): {"sum": BOTH + ONE, "size": BOTH + ONE},
    }
    # the reader's own scale and threshold, whoever found the subset
    for (finder, name), rows in compared.exchanged.groupby(["finder", "reader"]):
        height = {"a": 1, "b": 10}[name]
        expected = np.r_[np.full(BOTH, height), np.full(ONE, height if name == "b" else 0)]
        np.testing.assert_allclose(rows["value"], expected[: len(rows)], atol=1e-5), finder
        np.testing.assert_allclose(rows["whole"], expected[: len(rows)], atol=1e-5)
        np.testing.assert_allclose(rows["threshold"], height / 2)
        np.testing.assert_allclose(rows["masked"], 0, atol=1e-5)


@pytest.mark.parametrize("mode", ["paper", "aligned"])
def test_clusters_say_whose_they_are(compared, mode):
    assert list(compared.clusters) == JOINT.names
    ours = compared.clusters[compared.clusters["mode"] == mode]
    rows = ours[["cluster", "finder", "members", "share", "of_finder", "string"]]
    rest = 1 / (BOTH + ONE)
    assert rows.to_numpy().tolist() == [
        [0, "a", BOTH, 0.5, 1.0, WORDS["first"]],
        [0, "b", BOTH, 0.5, pytest.approx(BOTH * rest), WORDS["first"]],
        [1, "a", 0, 0.0, 0.0, ""],
        [1, "b", ONE, 1.0, pytest.approx(ONE * rest), WORDS["second"]],
    ]


def test_plain_agreement_stands_beside(compared):
    assert list(compared.agreement) == ALIKE.names
    alike = compared.agreement.set_index("measure")
    assert alike.loc["contributions", "value"] == pytest.approx(1)
    assert alike.loc["subsets", ["value", "windows"]].tolist() == [1, BOTH]
    # two 0/1 variables: both 1 in BOTH, both 0 in NONE, in ONE only the second
    count = BOTH + ONE + NONE
    phi = BOTH * NONE / np.sqrt(BOTH * (ONE + NONE) * (BOTH + ONE) * NONE)
    assert alike.loc["predictions", "value"] == pytest.approx(phi)
    assert alike.loc["predictions", "windows"] == count


def test_one_threshold_for_both_may_be_a_share_of_the_way(models, windows):
    found = chromolens.compare_models(models, windows[:2], threshold={"relative": 0.5})
    limits = found.exchanged.groupby("reader")["threshold"].unique()
    assert {name: pytest.approx(list(own)) for name, own in limits.items()} == {
        "a": [0.5],
        "b": [5.0],
    }
    assert found.exchanged["reaches"].all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"models": {}}, "0 models"),
        ({"inputs": np.full((1, LENGTH, 4), 0.25)}, "no one-hot DNA"),
        ({"ids": ["same"] * (BOTH + ONE + NONE)}, "1 different"),
        ({"threshold": {"a": 1.0}}, "can't be the threshold"),
    ],
)
def test_what_cant_be_compared_is_refused(models, windows, change, said):
    given = {"models": models, "inputs": windows, "threshold": 0.5} | change
    with pytest.raises(BadInput, match=said):
        chromolens.compare_models(given.pop("models"), given.pop("inputs"), **given)


def test_subsets_of_shared_windows_are_compared_position_by_position():
    one = pd.DataFrame({"id": ["x", "x", "y"], "positions": ["1,2", "7", "3"]})
    other = pd.DataFrame({"id": ["x", "z"], "positions": ["2,7,9", "3"]})
    # {1, 2, 7} and {2, 7, 9}
    assert agreement.of_subsets(one, other) == {"measure": "subsets", "value": 0.5, "windows": 1}
    none = agreement.of_subsets(one, other.iloc[1:])
    assert np.isnan(none["value"]) and none["windows"] == 0
