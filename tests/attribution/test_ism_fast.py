"""Mutagenesis by carrying changes, against a forward pass of every mutant."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from chromolens.architectures import basset
from chromolens.attribution import front
from chromolens.attribution.mutants import mutants as carrying
from chromolens.attribution.mutants.mutants import read
from chromolens.models.model import Model
from chromolens.models.targets import target_function


@keras.saving.register_keras_serializable("tests")
def wave(values):
    """A function of somebody's that acts on each number by itself."""
    return values + keras.ops.sin(3 * values)


CHAINS = {
    "same, remainders, batch norm": [
        layers.Conv1D(7, 5, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.MaxPooling1D(3),
        layers.Conv1D(6, 4, padding="same", activation="gelu"),
        layers.MaxPooling1D(4),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(5, activation="tanh"),
        layers.Dense(2),
    ],
    "valid, strided, overlapping pools": [
        layers.Conv1D(6, 4, strides=2, activation="elu"),
        layers.MaxPooling1D(5, strides=2, padding="same"),
        layers.Conv1D(5, 2),
        layers.Conv1D(5, 3, padding="same", activation="softplus"),
        layers.AveragePooling1D(3, strides=2, padding="same"),
        layers.GlobalAveragePooling1D(),
        layers.Dense(2),
    ],
    "causal, dilated, global maximum": [
        layers.BatchNormalization(),
        layers.Conv1D(6, 3, padding="causal", dilation_rate=2),
        layers.LeakyReLU(0.2),
        layers.Conv1D(4, 3, padding="same", dilation_rate=3, activation="tanh"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(2, activation="sigmoid"),
    ],
    "pools with gaps, then layers of other kinds": [
        layers.Conv1D(6, 5, padding="same", strides=3),
        layers.MaxPooling1D(2, strides=3, padding="same"),
        layers.AveragePooling1D(2, strides=1, padding="same"),
        layers.Permute((2, 1)),
        layers.LayerNormalization(),
        layers.Flatten(),
        layers.Dense(2),
    ],
    "slopes of channels, layers that change nothing": [
        layers.Identity(),
        layers.Conv1D(6, 4, padding="same"),
        layers.AlphaDropout(0.2),
        layers.PReLU(shared_axes=[1]),
        layers.GaussianNoise(0.1),
        layers.MaxPooling1D(2),
        layers.ActivityRegularization(0.1),
        layers.Conv1D(5, 3, activation=layers.LeakyReLU(0.3)),
        layers.SpatialDropout1D(0.2),
        layers.PReLU(shared_axes=[1, 2]),
        layers.GlobalAveragePooling1D(),
        layers.Identity(),
        layers.Dense(2),
    ],
    "over the channels of a position": [
        layers.Conv1D(6, 5, activation="softmax"),
        layers.Conv1D(5, 3, padding="same", activation="log_softmax"),
        layers.AveragePooling1D(2),
        layers.Activation("sparsemax"),
        layers.Activation("hard_shrink"),
        layers.Activation(wave),
        layers.Flatten(),
        layers.Dense(4, activation="softmax"),
        layers.Dense(2),
    ],
    "slopes of positions end the chain": [
        layers.Conv1D(6, 4, padding="same", activation="relu"),
        layers.PReLU(),
        layers.Conv1D(5, 3, activation="relu"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(2),
    ],
}


def network_of(name, length):
    made = [layer.from_config(layer.get_config()) for layer in CHAINS[name]]
    return networks.randomised(keras.Sequential([keras.Input((length, 4)), *made]))


def mutants(row):
    """Every substitution, base after base: float32 (length, 3, length, 4)."""
    found = np.tile(row, (len(row), 3, 1, 1))
    for position in range(len(row)):
        for shift in (1, 2, 3):
            found[position, shift - 1, position] = np.roll(row[position], shift)
    return found


def carried(network, row, size):
    """Targets (length, 3, tasks) of all mutants, by carrying changes."""
    target = target_function(Model.of(network), [0, 1])
    versions = np.stack([np.roll(row, shift, axis=-1) for shift in (1, 2, 3)], axis=1)

    @tf.function(autograph=False)
    def scan(row):
        return carrying.scanner(target, len(versions), size)(row, [None, None], versions)

    return scan(tf.constant(row)).numpy()


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAINS)
def test_carried_changes_are_those_of_forward_passes(name, monkeypatch):
    monkeypatch.setattr("chromolens.attribution.mutants.mutants.Propagation.pays", lambda _: True)
    network, row = network_of(name, 31), networks.sequences(1, 31)[0]
    model = Model.of(network)
    asked = model.logits(mutants(row).reshape(-1, 31, 4)).numpy().reshape(31, 3, 2)
    largest = np.abs(asked - model.logits(row[None]).numpy()).max()
    assert largest > 1e-3
    # no finer than the values, of which changes are differences, are rounded
    atol = max(1e-5 * largest, 4 * np.spacing(np.abs(asked).max()))
    np.testing.assert_allclose(carried(network, row, 11), asked, rtol=0, atol=atol)


def test_chains_are_read_as_far_as_they_go():
    def parts(network, length):
        found = read(target_function(Model.of(network), [0]), length)
        return found and (len(found.steps), type(found.join).__name__)

    assert parts(networks.cnn(), 40) == (3, "Maximum")
    assert parts(networks.basset(), 60) == (5, "FlatDense")
    assert parts(networks.dilated(), 50) == (3, "Whole")
    assert parts(networks.overlapping(), 41) is None
    assert parts(networks.sequential(), 30) is None


def test_layers_that_mix_positions_or_are_unknown_end_the_chain():
    class Squared(layers.Layer):
        def call(self, inputs):
            return inputs**2

    def relu(values):
        """A stranger of a known name."""
        return values[:, ::-1]

    for layer in (
        layers.Conv1D(4, 3, groups=2),
        layers.Conv1D(4, 3, activation="softmax", data_format="channels_first"),
        layers.Activation("glu"),
        layers.PReLU(),
        layers.BatchNormalization(axis=1),
        layers.Softmax(axis=1),
        layers.Conv1D(4, 3, activation=relu),
        layers.Conv1D(4, 3, dtype="float64"),
        Squared(),
    ):
        network = keras.Sequential([keras.Input((9, 4)), layer, layers.Flatten(), layers.Dense(1)])
        assert read(target_function(Model.of(network), [0]), 9) is None, layer


def test_carrying_is_chosen_where_it_pays():
    def pays(network, length):
        return read(target_function(Model.of(network), [0]), length).pays()

    assert pays(basset.build(600, 4, ["a"]), 600)
    everywhere = [layers.Conv1D(8, 59, padding="same") for _ in range(2)]
    rest = [layers.GlobalMaxPooling1D(), layers.Dense(1)]
    assert not pays(keras.Sequential([keras.Input((60, 4)), *everywhere, *rest]), 60)


@pytest.mark.slow
def test_the_method_carries_changes_too(monkeypatch):
    """Through the front door: both ways agree, with Ns and with erasure."""
    network, inputs = networks.basset(40), networks.sequences(3, 40)
    first = network.layers[1]
    first.kernel.assign(8 * first.kernel)  # changes well above the rounding of the values
    inputs[1, 7:9] = 0
    found = {}
    for way in (True, False):
        monkeypatch.setattr(
            "chromolens.attribution.mutants.mutants.Propagation.pays", lambda _, way=way: way
        )
        options = {"method": "ism", "references": "zeros", "batch_size": 4}
        found[way] = front.attribute(Model.of(network), inputs, **options)
    values = found[True].values
    for field in ("contributions", "hypothetical"):
        expected = getattr(found[False], field)
        assert np.abs(expected).max() > 1e-3
        atol = max(1e-5 * np.abs(expected).max(), 1e-6 * np.abs(values).max())
        np.testing.assert_allclose(getattr(found[True], field), expected, atol=atol)
