"""Logits of networks whose last sigmoid or softmax stands anywhere, against their own outputs.

The log-odds of what a network says are log(p / (1 - p)); those of a softmax log p, up to a number
that the columns of one softmax share.
"""

import keras
import numpy as np
import pytest
from keras import activations, layers, ops

import chromolens
from chromolens.errors import BadInput
from chromolens.models.model import Model, load_model
from chromolens.models.targets import target_values

LENGTH = 20


def onehot(count: int = 6) -> np.ndarray:
    return np.eye(4, dtype=np.float32)[np.random.default_rng(0).integers(0, 4, (count, LENGTH))]


def ending(end) -> keras.Model:
    """A network whose last layers are ``end``, a function of (n, 8)."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((LENGTH, 4))
    x = layers.Conv1D(8, 5, activation="relu")(inputs)
    x = layers.Dense(8, activation="relu")(layers.GlobalMaxPooling1D()(x))
    return keras.Model(inputs, end(x))


def dense(x, units=2, activation="sigmoid"):
    return layers.Dense(units, activation, bias_initializer="random_normal")(x)


def steps(x, size):
    return layers.Reshape((-1, size))(x)


def twice(x, join):
    """A network of one strand, with a sigmoid, asked twice and joined."""
    strand = keras.Sequential(
        [layers.Dense(4, "relu"), layers.Dense(2), layers.Activation("sigmoid")]
    )
    return join([strand(x), strand(ops.flip(x, axis=1))])


def towers(x):
    tower = keras.Sequential([layers.Dense(2), layers.Activation("sigmoid"), layers.Dropout(0.5)])
    return tower(x)


SIGMOIDS = {
    "joined": lambda x: layers.Concatenate()([dense(x, 1) for _ in range(3)]),
    "joined_by_operation": lambda x: ops.concatenate([dense(x, 1), dense(x)], axis=1),
    "stacked": lambda x: ops.stack([dense(x, 1)[:, 0], dense(x)[:, 1]], axis=1),
    "operation": lambda x: ops.sigmoid(dense(x, 2, None)),
    "called": lambda x: activations.sigmoid(dense(x, 2, None)),
    "layer_as_activation": lambda x: layers.Dense(2, layers.Activation("sigmoid"))(x),
    "dropout": lambda x: layers.Dropout(0.5)(dense(x)),
    "linear": lambda x: layers.Activation("linear", dtype="float32")(dense(x)),
    "cast": lambda x: ops.cast(dense(x), "float32"),
    "flat": lambda x: layers.Flatten()(layers.Permute((2, 1))(steps(dense(x, 6), 3))),
    "slice": lambda x: dense(x, 4)[:, 1:3],
    "flipped": lambda x: ops.flip(dense(x, 3), axis=1),
    "taken": lambda x: ops.take(dense(x, 3), [2, 0], axis=1),
    "parts": lambda x: ops.concatenate(ops.split(dense(x, 4), 2, axis=1)[::-1], axis=1),
    "distributed": lambda x: layers.Flatten()(
        layers.TimeDistributed(layers.Dense(1, "sigmoid"))(steps(x, 2))
    ),
    "distributed_network": lambda x: layers.Flatten()(
        layers.TimeDistributed(keras.Sequential([layers.Dense(3), layers.Dense(1, "sigmoid")]))(
            steps(x, 2)
        )
    ),
    "distributed_activation": lambda x: layers.Flatten()(
        layers.TimeDistributed(layers.Activation("sigmoid"))(steps(dense(x, 6, None), 2))
    ),
    "larger_of_two_strands": lambda x: twice(x, layers.Maximum()),
    "smaller_of_two_strands": lambda x: twice(x, layers.Minimum()),
    "largest_along": lambda x: ops.max(steps(dense(x, 6), 2), axis=1),
    "pooled": lambda x: layers.GlobalMaxPooling1D()(steps(dense(x, 6), 2)),
    "nested": towers,
    "of_a_mean": lambda x: ops.sigmoid(layers.Average()([dense(x, 2, None), dense(x, 2, None)])),
    "of_a_probability": lambda x: ops.sigmoid(dense(x)),
}
LOST = {
    "mean_of_two_strands": lambda x: twice(x, layers.Average()),
    "half_a_sum": lambda x: (dense(x) + dense(x)) / 2,
    "mean": lambda x: ops.mean(steps(dense(x, 6), 2), axis=1),
    "one_less": lambda x: 1 - dense(x),
    "percent": lambda x: layers.Rescaling(100.0)(dense(x)),
    "clipped": lambda x: ops.clip(dense(x), 1e-7, 1 - 1e-7),
    "log": lambda x: ops.log(dense(x)),
    "normalized": lambda x: layers.BatchNormalization()(dense(x)),
    "code": lambda x: layers.Lambda(lambda t: t * 1.0)(dense(x)),
    "beside_a_constant": lambda x: ops.maximum(dense(x), 0.3),
    "padded": lambda x: layers.Flatten()(layers.ZeroPadding1D(1)(steps(dense(x), 1))),
    "some_classes": lambda x: dense(x, 3, "softmax")[:, 1:],
    "largest_class": lambda x: ops.max(dense(x, 3, "softmax"), axis=1, keepdims=True),
    "one_lost_head": lambda x: ops.concatenate([dense(x), 1 - dense(x)], axis=1),
    "beside_a_free_one": lambda x: layers.Maximum()([dense(x), dense(x, 2, None)]),
    "masked": lambda x: dense(x) * dense(x, 2, "hard_sigmoid"),
    "by_hand": lambda x: 1 / (1 + ops.exp(-dense(x, 2, None))),
    "softmax_by_hand": lambda x: ops.exp(x) / ops.sum(ops.exp(x), axis=1, keepdims=True),
    "hard": lambda x: dense(x, 2, "hard_sigmoid"),
    "by_tanh": lambda x: layers.Rescaling(0.5, 0.5)(dense(x, 2, "tanh")),
    "probit": lambda x: (ops.erf(dense(x, 2, None)) + 1) / 2,
    "recurrent": lambda x: layers.SimpleRNN(2, activation="sigmoid")(steps(x, 2)),
    "one_head_by_hand": lambda x: ops.concatenate(
        [dense(x, 1, None), 1 / (1 + ops.exp(-dense(x, 1, None)))], axis=1
    ),
}
FREE = {
    "gated": lambda x: layers.Multiply()([dense(x, 2, None), dense(x)]),
    "residual": lambda x: layers.Add()([dense(x, 2, None), dense(x)]),
    "behind_a_sigmoid": lambda x: dense(dense(x, 4), 2, None),
    "attention": lambda x: layers.Flatten()(
        layers.Attention()([steps(dense(x, 4, None), 2)] * 2)
    ),
    "normalized": lambda x: layers.BatchNormalization()(dense(x, 2, None)),
    "counts": lambda x: dense(x, 2, "softplus"),
    "rates": lambda x: ops.exp(dense(x, 2, None)),
    "recurrent": lambda x: layers.GRU(2)(steps(x, 2)),
    "tanh": lambda x: dense(x, 2, "tanh"),
    "averaged": lambda x: layers.Average()([dense(x, 2, None), dense(x, 2, None)]),
}  # fmt: skip


def all_values(model: Model, target: str = "logit") -> np.ndarray:
    return target_values(model, onehot(), tasks=range(len(model.tasks)), target=target)


@pytest.mark.slow
@pytest.mark.parametrize("name", SIGMOIDS)
def test_logits_are_log_odds_wherever_the_sigmoid_stands(name):
    network = ending(SIGMOIDS[name])
    p = np.float64(network(onehot()))
    assert p.std() > 1e-3
    np.testing.assert_allclose(all_values(Model.of(network)), np.log(p / (1 - p)), atol=1e-5)


def test_heads_of_their_own_kind_side_by_side():
    """A sigmoid, a softmax over three and a free number: each column is read by its own."""
    parts = [("sigmoid", 1), ("softmax", 3), (None, 1)]
    network = ending(
        lambda x: layers.Concatenate()([dense(x, units, last) for last, units in parts])
    )
    model, p = Model.of(network), np.float64(network(onehot()))
    found = all_values(model)
    np.testing.assert_allclose(found[:, 0], np.log(p[:, 0] / (1 - p[:, 0])), atol=1e-5)
    apart = found[:, 1:4] - np.log(p[:, 1:4])
    np.testing.assert_allclose(apart, np.repeat(apart[:, :1], 3, axis=1), atol=1e-5)
    np.testing.assert_allclose(found[:, 4], p[:, 4], atol=1e-6)
    with pytest.raises(BadInput, match="classes of one softmax"):
        all_values(model, "class_minus_mean")


@pytest.mark.parametrize("last", ["softmax", "log_softmax"])
def test_classes_may_be_turned_around(last):
    network = ending(lambda x: ops.flip(getattr(ops, last)(dense(x, 3, None)), axis=1))
    said = np.float64(network(onehot()))
    log_p = np.log(said) if last == "softmax" else said
    expected = log_p - log_p.mean(axis=1, keepdims=True)
    found = all_values(Model.of(network), "class_minus_mean")
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("name", FREE)
def test_what_is_no_probability_is_left_alone(name):
    network = ending(FREE[name])
    np.testing.assert_allclose(all_values(Model.of(network)), network(onehot()), atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", LOST)
def test_what_has_no_logit_is_refused_and_explained_as_it_is(name):
    network = ending(LOST[name])
    model = Model.of(network)
    with pytest.raises(BadInput, match=r'(?s)no logit.*target="output"'):
        all_values(model)
    np.testing.assert_allclose(all_values(model, "output"), network(onehot()), rtol=1e-5)
    with pytest.raises(BadInput, match="no logit"):
        chromolens.attribute(model, onehot(), method="gradient_x_input")


def test_a_declared_logit_is_taken_as_it_is(tmp_path):
    """So it is after saving, where the declaration is in the sidecar or given again."""
    network = ending(LOST["hard"])
    layout = {"outputs": {network.output_names[0]: "logits"}}
    network.save(tmp_path / "net.keras")
    for model in (
        Model.of(network, layout=layout),
        load_model(tmp_path / "net.keras", layout=layout),
    ):
        np.testing.assert_allclose(all_values(model), network(onehot()), atol=1e-6)


def test_contributions_complete_in_log_odds():
    """Of joined heads: the difference between input and reference is one of log-odds."""
    network = ending(SIGMOIDS["joined"])
    zeros = np.zeros((1, 1, LENGTH, 4), np.float32)
    found = chromolens.attribute(
        network, onehot(), method="deeplift_rescale", task=1, references=zeros
    )
    here, there = (np.float64(network(x))[:, 1] for x in (onehot(), zeros[0]))
    expected = np.log(here / (1 - here)) - np.log(there / (1 - there))
    np.testing.assert_allclose(found.contributions.sum(axis=1), expected, atol=1e-4)
