"""First weights: every layer drawn anew by its own initialiser, and by the seed alone."""

import keras
import numpy as np
import pytest
from keras import layers

from chromolens.architectures import cnn_lstm_last
from chromolens.errors import BadInput
from chromolens.models.model import Model, load_model
from chromolens.models.untrained import redraw, untrained


def weights(model):
    return [array.copy() for array in model.network.get_weights()]


def same(one, other):
    pairs = zip(weights(one), weights(other), strict=True)
    return all(np.array_equal(*pair) for pair in pairs)


@pytest.fixture
def model():
    return Model.of(cnn_lstm_last.build(60, 4, ["a"], bidirectional=True, lstm=3))


def test_the_seed_alone_decides(model):
    assert same(untrained(model, 1), untrained(model, 1))
    assert not same(untrained(model, 1), untrained(model, 2))
    again = untrained(model, 1)
    redraw(again, [2, 3])
    assert same(again, untrained(model, [2, 3]))


def test_the_trained_network_stays_as_it_is(model):
    before = weights(model)
    redraw(untrained(model, 1), 2)
    assert all(map(np.array_equal, before, weights(model)))
    assert not same(model, untrained(model, 1))


def test_layers_begin_as_their_initialisers_say():
    inputs = keras.Input((50, 4))
    x = layers.Conv1D(
        200, 3, kernel_initializer=keras.initializers.RandomNormal(5.0, 0.1, seed=3)
    )(inputs)  # fmt: skip
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.Dense(2, kernel_initializer="ones", trainable=False)(layers.Flatten()(x))
    network = keras.Model(inputs, x)
    network.set_weights([array + 7 for array in network.get_weights()])
    kernel, bias, *norm, frozen, _ = weights(untrained(Model.of(network), 0))
    assert kernel.mean() == pytest.approx(5, abs=0.02) and kernel.std() == pytest.approx(
        0.1, rel=0.1
    )
    assert not bias.any() and (frozen == 1).all()
    for array, value in zip(norm, (1, 0, 0, 1), strict=True):  # gamma, beta, mean, variance
        assert (array == value).all()
    # a seed in the config isn't the seed of a draw
    assert not np.array_equal(kernel, weights(untrained(Model.of(network), 1))[0])


def test_what_normalisation_knows_of_the_data_stays():
    scale = layers.Normalization()
    data = np.random.default_rng(0).normal(3, 2, (500, 8, 1)).astype("float32")
    scale.adapt(data)
    inputs = keras.Input((8, 1))
    model = Model.of(keras.Model(inputs, layers.Dense(1)(layers.Flatten()(scale(inputs)))))
    fresh = untrained(model, 0).network
    found = keras.Model(fresh.input, fresh.layers[1].output)(data).numpy()
    assert found.mean() == pytest.approx(0, abs=1e-4) and found.std() == pytest.approx(1, abs=1e-3)


def test_networks_in_networks_shared_layers_and_saved_ones(tmp_path):
    inner_in = keras.Input((10, 4))
    inner = keras.Model(inner_in, layers.Dense(3, activation="relu")(inner_in))
    inputs = keras.Input((10, 4))
    both = inner(inputs) + inner(keras.ops.flip(inputs, axis=1))
    network = keras.Model(inputs, layers.Dense(1)(layers.Flatten()(both)))
    network.save(tmp_path / "network.keras")
    model = load_model(tmp_path / "network.keras")
    fresh = untrained(model, 0)
    x = np.random.default_rng(0).normal(size=(2, 10, 4)).astype("float32")
    assert not np.allclose(fresh.network(x), model.network(x))
    # still shared: the input read backwards gives the same sums at mirrored places
    kernel, bias, last, end = weights(fresh)
    rows = np.maximum(x @ kernel + bias, 0)
    expected = (rows + np.maximum(x[:, ::-1] @ kernel + bias, 0)).reshape(2, -1) @ last + end
    np.testing.assert_allclose(fresh.network(x), expected, atol=1e-5)


def test_the_layout_and_the_tasks_stay():
    network = keras.Sequential([keras.Input((4, 30)), layers.Flatten(), layers.Dense(2)])
    fresh = untrained(Model.of(network, ["a", "b"], layout="channels_length"), 0)
    assert (fresh.length, fresh.channels, fresh.tasks) == (30, 4, ["a", "b"])


def test_what_has_no_layers_is_refused_by_name():
    asked = Model.of_function(lambda x: x.sum(axis=(1, 2))[:, None], 10)
    with pytest.raises(BadInput, match="'opaque_network' can't be built anew"):
        untrained(asked, 0)

    class Odd(layers.Layer):
        def __init__(self, function, **more):
            super().__init__(**more)
            self.function = function

        def call(self, x):
            return self.function(x)

    inputs = keras.Input((10, 4))
    x = layers.Dense(1)(layers.Flatten()(Odd(lambda x: x * 2, name="odd")(inputs)))
    with pytest.raises(BadInput, match="'odd' can't be built anew"):
        untrained(Model.of(keras.Model(inputs, x)), 0)
