"""DeepLIFT through recurrent layers: completeness, enumeration, refusals."""

from itertools import product

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from test_contract import check_alone, check_complete
from test_deeplift import assert_complete, deeplift, others, shapley

from chromolens.attribution import front
from chromolens.errors import BadInput
from chromolens.models.model import Model

STEPS, UNITS = 12, 5


def lstm(**options):
    return layers.LSTM(UNITS, **options)


def gru(**options):
    return layers.GRU(UNITS, **options)


def simple(**options):
    return layers.SimpleRNN(UNITS, **options)


STACKS = {
    "lstm": lambda: [lstm()],
    "lstm_states": lambda: [lstm(return_state=True)],
    "lstm_without_bias": lambda: [lstm(use_bias=False)],
    "lstm_of_kinks": lambda: [lstm(activation="relu", recurrent_activation="hard_sigmoid")],
    "gru_states": lambda: [gru(return_state=True)],
    "gru_reset_before": lambda: [gru(reset_after=False, use_bias=False)],
    "simple": lambda: [simple(return_sequences=True)],
    "stacked": lambda: [lstm(return_sequences=True), gru()],
    "concat": lambda: [layers.Bidirectional(lstm(return_sequences=True))],
    "states_both_ways": lambda: [layers.Bidirectional(lstm(return_state=True))],
    "sum": lambda: [layers.Bidirectional(lstm(return_sequences=True), merge_mode="sum")],
    "mul": lambda: [layers.Bidirectional(lstm(return_sequences=True), merge_mode="mul")],
    "ave": lambda: [layers.Bidirectional(gru(), merge_mode="ave")],
    "none": lambda: [layers.Bidirectional(simple(), merge_mode=None)],
    "each_step": lambda: [
        lstm(return_sequences=True),
        layers.TimeDistributed(layers.Dense(3, activation="softplus")),
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STACKS)
def test_values_are_those_of_the_layers_and_contributions_complete(name):
    model = Model.of(networks.around(*STACKS[name]()))
    x = networks.sequences(6, STEPS)
    for references in ("zeros", others(x, 2)):
        found = deeplift(model, x, references=references)
        np.testing.assert_allclose(found.values, model.network(x)[:, 0], rtol=2e-6, atol=2e-6)
        assert_complete(found)


@pytest.fixture(scope="module")
def danq():
    return Model.of(networks.cnn_lstm())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["zeros", "sequences"])
def test_conv_pool_bilstm_dense_completes(danq, kind):
    def references(inputs):
        return others(inputs, 2) if kind == "sequences" else kind

    check_complete("deeplift_rescale", danq, references)


def test_a_row_is_explained_alone(danq):
    check_alone("deeplift_rescale", danq)


def test_tasks_of_one_pass_are_tasks_alone(danq):
    x = networks.sequences(3, 60)
    options = {"method": "deeplift_rescale", "batch_size": 8}
    together = front.attribute_tasks(danq, x, tasks=[1, 0], **options)
    for task, found in zip([1, 0], together, strict=True):
        alone = front.attribute(danq, x, task=task, **options)
        np.testing.assert_allclose(found.contributions, alone.contributions, atol=1e-6)


def test_an_lstm_is_not_treated_as_linear():
    """Gates read as their gradient, a mistake of other tools, miss much of the effect."""
    network = networks.around(lstm())
    x, references = networks.sequences(8, STEPS), others(networks.sequences(8, STEPS), 2)
    found = deeplift(network, x, references=references)
    inputs = tf.constant(references.reshape(-1, STEPS, 4))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = tf.reduce_sum(network(inputs))
    gradient = tape.gradient(total, inputs).numpy().reshape(references.shape)
    linear = (gradient * (x[:, None] - references)).sum(axis=(2, 3)).mean(axis=1)
    effect = found.values - found.reference_values
    scale = np.abs(effect).mean()
    assert np.abs(effect - linear).max() > 0.2 * scale
    assert np.abs(effect - found.contributions.sum(axis=1)).max() < 1e-5 * scale


def test_one_gated_product_is_its_shapley_value():
    """One step whose input gate hears position 0 alone and whose content the others."""
    inputs = keras.Input((5, 4))
    cell = layers.LSTM(1, activation="linear")
    network = networks.randomised(keras.Model(inputs, cell(layers.Reshape((1, 20))(inputs))))
    kernel = 3 * cell.get_weights()[0].reshape(5, 4, 4)
    kernel[1:, :, 0] = kernel[0, :, 2] = kernel[:, :, [1, 3]] = 0
    cell.set_weights([kernel.reshape(20, 4), *cell.get_weights()[1:]])
    x = networks.sequences(4, 5)
    references = others(x, 1)
    found = deeplift(network, x, references=references)
    groups = list(product([0, 1], repeat=5))
    for row in range(4):
        mixed = np.where(np.array(groups)[:, :, None], x[row], references[row, 0])
        values = dict(zip(groups, network(mixed).numpy()[:, 0], strict=True))
        expected = shapley(lambda group, v=values: v[tuple(int(i in group) for i in range(5))], 5)
        np.testing.assert_allclose(found.contributions[row], expected, atol=1e-6)
    assert np.abs(found.contributions[:, 0]).max() > 0.05


def test_a_layer_at_each_step_is_the_layer_on_the_sequence():
    dense, tower = layers.Dense(6, activation="tanh"), keras.Sequential([layers.Dense(3)])
    inputs = keras.Input((STEPS, 4))
    at_once, apart = layers.Dense(3), layers.TimeDistributed(tower)
    head = layers.Dense(1)
    one = keras.Model(inputs, head(layers.Flatten()(apart(layers.TimeDistributed(dense)(inputs)))))
    two = keras.Model(inputs, head(layers.Flatten()(at_once(dense(inputs)))))
    networks.randomised(one)
    at_once.set_weights(tower.get_weights())
    x = networks.sequences(4, STEPS)
    for references in ("uniform", others(x, 2)):
        found, expected = (deeplift(net, x, references=references) for net in (one, two))
        np.testing.assert_allclose(found.hypothetical, expected.hypothetical, atol=1e-6)


def states_from_elsewhere(inputs):
    state = layers.Dense(UNITS)(layers.Flatten()(inputs))
    return lstm(name="memory")(inputs, initial_state=[state, state])


def state_by_place(inputs):
    return gru(name="memory")(inputs, layers.Dense(UNITS)(layers.Flatten()(inputs)))


def own_cell(inputs):
    return layers.RNN(layers.LSTMCell(UNITS), name="memory")(inputs)


@pytest.mark.parametrize(
    "make,message",
    [
        (states_from_elsewhere, "memory.*initial_state"),
        (state_by_place, "memory.*called this way"),
        (lambda x: lstm(name="memory")(layers.Masking(name="mask")(x)), "ops.NotEqual"),
        (lambda x: lstm(name="memory", recurrent_activation="softmax")(x), "softmax.*memory"),
        (lambda x: simple(name="memory", stateful=True)(x), "memory.*stateful"),
        (lambda x: layers.Bidirectional(simple(stateful=True), name="two")(x), "two.*stateful"),
        (lambda x: layers.Bidirectional(lstm(), name="two")(x, training=True), "two.*training"),
        (own_cell, "memory.*RNN"),
        (
            lambda x: layers.Bidirectional(layers.RNN(layers.GRUCell(3)), name="two")(x),
            "RNN in layer 'two'.*GRU, LSTM",
        ),
    ],
)
def test_what_has_no_rule_is_refused_by_name(make, message):
    inputs = keras.Input(batch_shape=(8, STEPS, 4))
    network = keras.Model(inputs, layers.Dense(1)(make(inputs)))
    with pytest.raises(BadInput, match=f"(?s){message}"):
        deeplift(network, networks.sequences(2, STEPS))
