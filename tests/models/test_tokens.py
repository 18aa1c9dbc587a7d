"""Networks of integer tokens, explained at what their embeddings give."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.attribution import front
from chromolens.errors import BadInput
from chromolens.models.model import Model, load_model
from chromolens.sis.front import sufficient_subsets

TOKENS = np.random.default_rng(0).integers(1, 7, (4, 9))
PADDED = np.pad(TOKENS[:, :5], ((0, 0), (1, 3)))
"""The first five tokens, with padding before and behind."""


def twice():
    """An embedding that is used twice, and another one."""
    tokens = keras.Input((9,), dtype="int32")
    table = layers.Embedding(7, 3)
    hidden = layers.Concatenate()([table(tokens), layers.Embedding(8, 2)(tokens), table(tokens)])
    hidden = layers.Conv1D(4, 3, activation="relu")(hidden)
    return keras.Model(tokens, layers.Dense(2)(layers.GlobalMaxPooling1D()(hidden)))


def means():
    return [layers.Dense(4, activation="relu"), layers.GlobalAveragePooling1D()]


def stacked():
    first = layers.GRU(3, return_sequences=True)
    return [layers.BatchNormalization(), first, layers.LSTM(3, go_backwards=True)]


def both_ways():
    inner = layers.SimpleRNN(3, return_sequences=True)
    return [layers.Bidirectional(inner), layers.GlobalAveragePooling1D()]


MASKED = {"means": means, "stacked": stacked, "both_ways": both_ways}


def masked(name, *lengths):
    """Networks with the same layers behind an embedding that masks, one for each length."""
    keras.utils.set_random_seed(0)
    table = layers.Embedding(7, 3, mask_zero=True, embeddings_initializer="orthogonal")
    rest = [table, *MASKED[name](), layers.Dense(3, name="logits"), layers.Softmax()]
    networks = []
    for length in lengths:
        x = inputs = keras.Input((length,), dtype="int32")
        for layer in rest:
            x = layer(x)
        networks.append(keras.Model(inputs, x))
    return networks


def test_vectors_give_what_tokens_give():
    plain = twice()
    model = Model.of(plain)
    assert (model.length, model.channels) == (9, 3 + 2 + 1)
    vectors = model.vectors.read(TOKENS)
    np.testing.assert_allclose(model.network(vectors), plain(TOKENS), atol=1e-6)


@pytest.mark.parametrize("name", MASKED)
def test_masked_vectors_give_what_tokens_give(name):
    (plain,) = masked(name, 9)
    model = Model.of(plain)
    vectors = model.vectors.read(PADDED)
    np.testing.assert_allclose(model.network(vectors), plain(PADDED), atol=1e-6)


@pytest.mark.slow
def test_masks_outlive_a_file(tmp_path):
    (plain,) = masked("stacked", 9)
    plain.save(tmp_path / "plain.keras")
    one, other = Model.of(plain), load_model(tmp_path / "plain.keras")
    chosen = {"method": "deeplift_rescale", "ids": list("abcd")}
    found = front.attribute(other, PADDED, **chosen)
    expected = front.attribute(one, PADDED, **chosen)
    np.testing.assert_allclose(found.contributions, expected.contributions, atol=1e-6)
    assert not found.contributions[PADDED == 0].any()


def test_gradients_are_those_at_the_embedding():
    """Gradient times vector, by TensorFlow, from the rows of the table on."""
    table = layers.Embedding(7, 3)
    behind = [layers.Conv1D(4, 3, activation="tanh"), layers.Flatten(), layers.Dense(2)]
    tokens = keras.Input((9,), dtype="int32")
    whole, rest = table(tokens), keras.Sequential(behind)
    whole = keras.Model(tokens, rest(whole))
    rows = tf.Variable(table.embeddings.numpy()[TOKENS])
    with tf.GradientTape() as tape:
        values = rest(rows)[:, 1]
    expected = tf.reduce_sum(rows * tape.gradient(values, rows), axis=-1)
    chosen = {"method": "gradient_x_input", "references": "zeros", "task": 1}
    found = front.attribute(whole, TOKENS, **chosen)
    np.testing.assert_allclose(found.contributions, expected, atol=1e-6)
    np.testing.assert_allclose(found.values, values, atol=1e-6)
    assert found.hypothetical is None


METHODS = {
    "deeplift_rescale": {},
    "integrated_gradients": {"steps": 5},
    "lrp_epsilon": {"gates": "signal"},
    "occlusion": {},
    "saliency": {},
    "shapley_sampling": {"samples": 2},
}


# gradients and games ask the network itself: one case is enough
RULES = [(method, name) for method in ("deeplift_rescale", "lrp_epsilon") for name in MASKED]
ASKING = [(method, "both_ways") for method in METHODS if method not in dict(RULES)]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "name"), [*RULES, *ASKING])
def test_padding_changes_nothing(method, name):
    """A masked record is explained as the same record without its padding."""
    long, short = masked(name, 9, 5)
    chosen = {"method": method, "task": 2, "ids": list("abcd"), **METHODS[method]}
    found = front.attribute(long, PADDED, **chosen)
    expected = front.attribute(short, TOKENS[:, :5], **chosen)
    np.testing.assert_allclose(found.values, expected.values, atol=1e-5)
    if method != "shapley_sampling":  # the orders drawn for nine players are others
        np.testing.assert_allclose(found.contributions[:, 1:6], expected.contributions, atol=1e-5)
    assert not found.contributions[PADDED == 0].any() and found.contributions.any()
    if method in ("deeplift_rescale", "shapley_sampling"):
        np.testing.assert_allclose(found.completeness_error, 0, atol=1e-5)


@pytest.mark.parametrize("search", ["exact", "gradient"])
def test_subsets_have_no_padding(search):
    long, short = (Model.of(one) for one in masked("means", 9, 5))
    values = front.attribute(short, TOKENS[:, :5], method="saliency").values
    asked = {"threshold": float(values.max()) - 0.02, "method": search}
    found = sufficient_subsets(long, PADDED, **asked)
    expected = sufficient_subsets(short, TOKENS[:, :5], **asked)
    assert any(one.subsets for one in expected)
    for one, other in zip(found, expected, strict=True):
        assert [list(part - 1) for part in one.subsets] == [list(part) for part in other.subsets]


def test_references_of_tokens():
    model = Model.of(twice())
    vectors, tables = model.vectors.read(PADDED), model.vectors.embeddings
    rows = np.concatenate([table.embeddings.numpy()[:7] for table in tables], axis=1)
    shares = [0, 0, 0.5, 0.5, 0, 0, 0]
    expected = {"background": rows[2:4].mean(axis=0), "uniform": rows[1:].mean(axis=0)}
    expected |= {"zeros": np.zeros(5), "padding": rows[0]}
    for kind, row in expected.items():
        found = model.vectors.references(kind, vectors, shares)
        there = np.where(PADDED == 0, 0.0, 1.0)[:, None, :, None]
        np.testing.assert_allclose(found, np.append(row, 1) * there, atol=1e-6)
    other = TOKENS[:1, None, ::-1]
    found = model.vectors.references(other, vectors, None)
    np.testing.assert_allclose(found[0, 0, 1:6, :-1], rows[other[0, 0, 1:6]], atol=1e-6)


def test_classes_one_hot_are_tasks():
    model, own = Model.of(twice()), [0, 1, 1, 0]
    expected = front.attribute(model, TOKENS, method="occlusion", task=own)
    found = front.attribute(model, TOKENS, method="occlusion", task=np.eye(2)[own])
    np.testing.assert_array_equal(found.contributions, expected.contributions)
    for wrong in (np.eye(3)[own], np.zeros((4, 2)), np.full((4, 2), 0.5)):
        with pytest.raises(BadInput, match="one 1, else zeros"):
            front.attribute(model, TOKENS, method="occlusion", task=wrong)


INSIDE = np.array([[1, 2, 0, 3, 1, 2, 3, 1, 2]])


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (TOKENS + 1, r"(?s)token 7.*0 to 6.*row 0, position"),
        (TOKENS.astype(float), "float64.*integers"),
        (TOKENS[:, :8], r"\(4, 8\).*\(n, 9\)"),
        (np.eye(7)[TOKENS], "argmax"),
        (TOKENS * [[1], [0], [1], [1]], "(?s)nothing but padding.*row 1"),
        (INSIDE, "(?s)between other tokens.*padding.*None"),
    ],
)
def test_tokens_that_cannot_be(tokens, message):
    with pytest.raises(BadInput, match=f"(?s){message}"):
        front.attribute(twice(), tokens, method="occlusion")


def test_token_0_may_be_a_token():
    plain = twice()
    model = Model.of(plain, layout={"padding": None})
    np.testing.assert_allclose(model.network(model.vectors.read(INSIDE)), plain(INSIDE), atol=1e-6)
    found = front.attribute(model, INSIDE, method="deeplift_rescale", references="uniform")
    assert found.contributions[0, 2] != 0
    with pytest.raises(BadInput, match="masks token 0"):
        Model.of(masked("means", 9)[0], layout={"padding": None})


@pytest.mark.parametrize("method", ["ism", "smoothgrad", "cam", "grad_cam"])
def test_methods_that_are_not_for_tokens(method):
    with pytest.raises(BadInput, match=f"{method} can't explain tokens"):
        front.attribute(twice(), TOKENS, method=method)


def test_masks_that_no_rule_reads():
    (inner,) = masked("means", 9)
    inputs = keras.Input((9, 3))
    nested = keras.Model(inputs, layers.LSTM(2)(inputs), name="inner")
    tokens = keras.Input((9,), dtype="int32")
    outer = keras.Model(tokens, nested(layers.Embedding(7, 3, mask_zero=True)(tokens)))
    with pytest.raises(BadInput, match="inner.*masked steps"):
        Model.of(outer)
    with pytest.raises(BadInput, match="(?s)average_pooling.*mask"):
        front.attribute(inner, PADDED, method="deeplift_revealcancel")
