"""The table of layers: what it says is so, and all who ask it judge a network alike."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.attribution.mutants.mutants import Average, Maximum, read
from chromolens.models import kinds
from chromolens.models.foreign.keras2_config import hard_sigmoid_of_keras_2
from chromolens.models.kinds import Kind
from chromolens.models.model import Model
from chromolens.models.targets import target_function
from chromolens.sis.search.stack import read_stack

FUNCTIONS = sorted(
    name
    for name, function in vars(keras.activations).items()
    # the last takes arguments, so it is no activation by itself
    if callable(function) and name not in ("deserialize", "get", "serialize", "threshold")
)


def made(kind, **more):
    """A layer of any class of the table."""
    needed = {
        layers.Activation: {"activation": "relu"},
        layers.AlphaDropout: {"rate": 0.1},
        layers.GaussianDropout: {"rate": 0.1},
        layers.GaussianNoise: {"stddev": 0.1},
    }
    if Kind.RANDOM in kinds.LAYERS[kind]:
        needed.setdefault(kind, {"rate": 0.1})
    return kind(**needed.get(kind, {}), **more)


def turned(values):
    """Position i goes to the other end."""
    return values[:, ::-1]


def swish_by_hand(values):
    return values * keras.ops.sigmoid(1.702 * values)


class Doubled(layers.Dropout):
    """Made from a layer that changes nothing."""

    def call(self, inputs, training=False):
        return 2 * inputs


@pytest.mark.parametrize("kind", kinds.IN_PLACE, ids=lambda kind: kind.__name__)
def test_layers_in_place_keep_shapes_and_identities_numbers(kind):
    layer, rank = made(kind), 4 if kind is layers.SpatialDropout2D else 3
    values = np.random.default_rng(0).normal(size=(2, 5, 4, 3)[:rank]).astype(np.float32)
    found = np.asarray(layer(values))
    assert found.shape == values.shape
    if Kind.IDENTITY in kinds.LAYERS[kind]:
        np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("kind", kinds.MOVING, ids=lambda kind: kind.__name__)
def test_layers_that_move_numbers_make_none(kind):
    arguments = {layers.Permute: [(2, 1)], layers.RepeatVector: [2], layers.Reshape: [(4, 5)]}
    rank = {layers.Cropping2D: 4, layers.RepeatVector: 2}.get(kind, 3)
    values = np.random.default_rng(0).normal(size=(2, 5, 4, 3)[:rank]).astype(np.float32)
    found = np.asarray(kind(*arguments.get(kind, []))(values))
    for given, row in zip(values, found, strict=True):  # a row keeps to itself
        assert set(row.ravel()) <= set(given.ravel()) and row.size


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_keras_keep_to_a_position(name):
    function = getattr(keras.activations, name)
    values = np.random.default_rng(0).normal(size=(2, 7, 6)).astype(np.float32)
    found, order = np.asarray(function(values)), [3, 1, 4, 0, 6]
    np.testing.assert_allclose(function(values[:, order]), found[:, order], atol=1e-6)
    assert kinds.is_by_position(function) == (found.shape == values.shape)


def test_functions_of_others_are_not_known():
    def relu(values):
        """A stranger of a known name."""
        return turned(values)

    others = [
        relu,
        lambda values: values - keras.ops.mean(values),
        lambda values: values * keras.ops.arange(3.0),
        lambda values: values * variable,
        lambda values: keras.ops.cumsum(values, axis=1),
        lambda values: keras.ops.cast(values, "float64"),
        lambda values: keras.ops.max(values),
        lambda values: keras.ops.zeros(values.shape),
        lambda values: 1 / 0,
    ]
    variable = tf.Variable(2.0)
    assert not [number for number, known in enumerate(others) if kinds.is_by_position(known)]


def test_functions_of_others_that_act_on_numbers_are_known():
    known = [hard_sigmoid_of_keras_2, swish_by_hand, lambda values: values, keras.ops.tanh]
    assert all(kinds.is_by_position(function) for function in known)
    assert kinds.is_by_position(lambda values: keras.ops.where(values > 0.5, values**2, -1.0))


def judged(*middle, pool=layers.GlobalMaxPooling1D, **called):
    """Whether mutagenesis carries changes to the pooling, and subsets are searched locally."""
    inputs = keras.Input((30, 4))
    x = layers.Conv1D(6, 5, padding="same")(inputs)
    for layer in middle:
        x = layer(x, **called)
    x = layers.Conv1D(6, 3, activation="relu")(x)
    x = layers.Flatten()(pool()(x))
    model = Model.of(keras.Model(inputs, layers.Dense(2)(x)))
    found = read(target_function(model, [0]), 30)
    carried = isinstance(found.join, Maximum | Average)
    return carried, read_stack(model, 30, 0, "logit") is not None


OF_CHANNELS = {layers.PReLU: {"shared_axes": [1]}}
FAST = [
    *(made(kind, **OF_CHANNELS.get(kind, {})) for kind in kinds.IN_PLACE),
    *(layers.Activation(name) for name in FUNCTIONS if name != "glu"),
    layers.Activation(hard_sigmoid_of_keras_2),
    layers.Activation(swish_by_hand),
    layers.Activation(layers.LeakyReLU(0.1)),
    layers.Conv1D(6, 3, dilation_rate=2, padding="causal", activation="softmax"),
    layers.BatchNormalization(axis=2),
    layers.PReLU(shared_axes=[1, 2]),
]
FAST = [layer for layer in FAST if not isinstance(layer, layers.SpatialDropout2D)]
SLOW = [
    layers.Activation("glu"),
    layers.Activation(turned),
    layers.Activation(layers.PReLU()),
    layers.BatchNormalization(axis=1),
    layers.Conv1D(6, 3, activation=turned),
    layers.Conv1D(6, 3, groups=2),
    layers.Dropout(0.1, dtype="float64"),
    Doubled(0.1),
    layers.LayerNormalization(),
    layers.PReLU(),
    layers.PReLU(shared_axes=[2]),
    layers.Softmax(axis=1),
]


def title(layer):
    return layer.name


@pytest.mark.parametrize("layer", FAST, ids=title)
def test_what_is_fast_for_mutagenesis_is_fast_for_subsets(layer):
    assert judged(layer) == (True, True)


@pytest.mark.parametrize("layer", SLOW, ids=title)
def test_what_is_not_read_is_read_by_neither(layer):
    assert judged(layer) == (False, False)


def test_a_layer_asked_to_be_random_and_pools_of_other_axes_are_read_by_neither():
    assert judged(layers.Dropout(0.1)) == (True, True)
    assert judged(layers.Dropout(0.1), training=True) == (False, False)
    for kind in (layers.GlobalMaxPooling1D, layers.GlobalAveragePooling1D):
        assert judged(pool=kind) == (True, True)
        assert judged(pool=lambda kind=kind: kind(keepdims=True)) == (False, False)
        assert judged(pool=lambda kind=kind: kind(data_format="channels_first")) == (False, False)
