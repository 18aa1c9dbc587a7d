"""Networks of integer tokens, explained as networks of one-hot tokens."""

import keras
import numpy as np
import pytest
from keras import layers

from chromolens.attribution import front
from chromolens.errors import BadInput
from chromolens.models.model import Model

TOKENS = np.random.default_rng(0).integers(0, 7, (4, 9))
ONE_HOT = np.eye(7, dtype=np.float32)[TOKENS]


def network(**options):
    """An embedding that is used twice, and another one."""
    tokens = keras.Input((9,), dtype="int32")
    table = layers.Embedding(7, 3, name="table", **options)
    hidden = layers.Concatenate()([table(tokens), layers.Embedding(7, 2)(tokens), table(tokens)])
    hidden = layers.Conv1D(4, 3, activation="relu")(hidden)
    return keras.Model(tokens, layers.Dense(2)(layers.GlobalMaxPooling1D()(hidden)))


def test_one_hot_tokens_give_what_tokens_give():
    plain = network()
    expected = plain(TOKENS).numpy()
    model = Model.of(plain)
    assert (model.length, model.channels) == (9, 7)
    np.testing.assert_allclose(model.network(ONE_HOT), expected, atol=1e-6)


@pytest.mark.parametrize("method", ["deeplift_rescale", "gradient_x_input"])
def test_contributions_are_those_of_the_embedding_summed_over_its_axes(method):
    """Against the network after the embedding, explained from the rows of the table."""
    tokens, rows = keras.Input((9,), dtype="int32"), keras.Input((9, 3))
    table, rest = (
        layers.Embedding(7, 3),
        [layers.Conv1D(4, 3, activation="tanh"), layers.Flatten()],
    )
    rest = keras.Sequential([*rest, layers.Dense(1)])
    whole, after = keras.Model(tokens, rest(table(tokens))), keras.Model(rows, rest(rows))
    weights = table.embeddings.numpy()
    uniform = np.full((4, 1, 9, 7), 1 / 7, np.float32)
    options = {"method": method, "batch_size": 4}
    found = front.attribute(whole, ONE_HOT, references=uniform, **options)
    expected = front.attribute(after, weights[TOKENS], references=uniform @ weights, **options)
    np.testing.assert_allclose(found.contributions, expected.contributions, atol=1e-6)
    np.testing.assert_allclose(found.values, expected.values, atol=1e-6)


def test_masks_and_two_vocabularies_are_refused():
    with pytest.raises(BadInput, match=r"(?s)table.*mask_zero"):
        Model.of(network(mask_zero=True))
    tokens = keras.Input((9,))
    masked = layers.LSTM(2)(layers.Embedding(7, 2, mask_zero=True, name="table")(tokens))
    with pytest.raises(BadInput, match=r"(?s)table.*mask_zero"):
        Model.of(keras.Model(tokens, masked))
    both = layers.Add()([layers.Embedding(size, 2)(tokens) for size in (7, 8)])
    with pytest.raises(BadInput, match=r"\[7, 8\]"):
        Model.of(keras.Model(tokens, layers.Flatten()(both)))


def test_integer_inputs_are_refused():
    with pytest.raises(BadInput, match="one-hot"):
        front.attribute(network(), TOKENS, method="deeplift_rescale")
